//! Parses faults from the command line.

use std::str::FromStr;
use std::time::Duration;

use super::Fault;
use super::FaultKind;
use super::KINDS;
use super::When;
use crate::emulator::gateway::Gate;
use crate::emulator::quirks::unknown;
use crate::emulator::settings::duration;

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, when) = text.split_once('@').ok_or("must be KIND@WHEN, like drop-after@w3")?;
        Ok(Self { kind: self::kind(kind)?, when: self::when(when)? })
    }
}

fn kind(text: &str) -> Result<FaultKind, String> {
    let known = match text {
        "drop-before" => FaultKind::DropBefore,
        "drop-after" => FaultKind::DropAfter,
        "truncate" => FaultKind::Truncate,
        "html" => FaultKind::Html,
        "duplicate" => FaultKind::Duplicate,
        "drip" => FaultKind::Drip(Duration::from_secs(1)),
        "over-qps" => FaultKind::Gate(Gate::OverQps),
        "over-rate" => FaultKind::Gate(Gate::OverRate),
        "inactive" => FaultKind::Gate(Gate::Inactive),
        "not-authorized" => FaultKind::Gate(Gate::NotAuthorized),
        "forget-tokens" => FaultKind::ForgetTokens,
        "service-over-qps" => FaultKind::Gate(Gate::ServiceOverQps),
        _ => return kind_with_number(text),
    };
    Ok(known)
}

fn kind_with_number(kind: &str) -> Result<FaultKind, String> {
    let status = |code: &str| match code.parse() {
        Ok(code @ 400..=599) => Ok(code),
        _ => Err(format!("{code} is not a status from 400 to 599")),
    };
    let time = |time: &str| duration(time).map_err(|error| format!("{time} {error}"));
    if let Some(code) = kind.strip_prefix("status-") {
        return status(code).map(FaultKind::Status);
    }
    if let Some(code) = kind.strip_prefix("late-status-") {
        return status(code).map(FaultKind::LateStatus);
    }
    if let Some(text) = kind.strip_prefix("delay-") {
        return time(text).map(FaultKind::Delay);
    }
    match kind.strip_prefix("drip-") {
        Some(text) => time(text).map(FaultKind::Drip),
        None => Err(unknown(kind, KINDS.iter().map(|(name, _)| *name))),
    }
}

fn when(text: &str) -> Result<When, String> {
    if let Some(chance) = text.strip_prefix('p').and_then(|chance| chance.parse::<f64>().ok()) {
        return if (0.0..=1.0).contains(&chance) { Ok(When::Chance(chance)) } else { Err(wrong(text)) };
    }
    let number = |text: &str| text.parse::<u64>().ok().filter(|number| *number > 0);
    if let Some(number) = number(text) {
        return Ok(When::Request(number));
    }
    if let Some(number) = text.strip_prefix('w').and_then(number) {
        return Ok(When::Write(number));
    }
    let (method, rest) = text.split_once(':').ok_or_else(|| wrong(text))?;
    let (path, nth) = match rest.split_once('#') {
        Some((path, nth)) => (path, Some(number(nth).ok_or_else(|| wrong(text))?)),
        None => (rest, None),
    };
    if !path.starts_with('/') || !["*", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].contains(&method) {
        return Err(wrong(text));
    }
    let any = |part: &str| (part != "*").then(|| part.into());
    let path = path.split('/').filter(|part| !part.is_empty()).map(any).collect();
    Ok(When::Path { method: any(method), path, nth })
}

fn wrong(text: &str) -> String {
    format!(
        "{text:?} must be a request number, w and a write number, METHOD:/path, METHOD:/path#2, or p and a probability"
    )
}

#[cfg(test)]
mod tests {
    use super::Fault;
    use super::FaultKind;

    #[test]
    fn every_kind_can_be_named() {
        for (kind, _) in super::KINDS {
            let spec = format!("{}@1", kind.replace("TIME", "5ms").replace("CODE", "503"));
            assert!(spec.parse::<Fault>().is_ok(), "{spec}");
        }
        assert_eq!("late-status-500@2".parse::<Fault>().unwrap().kind, FaultKind::LateStatus(500));
    }

    #[test]
    fn invalid_faults_are_refused_with_a_reason() {
        let wrong = ",drop-after,drop-after@,@1,drop@1,status-200@1,status-@1,delay-5@1,html@0,html@w0,html@p2,\
            html@p-1,html@pNaN,html@GET:members,html@TRACE:/members,html@GET:/members#0,html@GET:/members#x";
        for wrong in wrong.split(',') {
            assert!(wrong.parse::<Fault>().is_err(), "{wrong}");
        }
        assert!("truncat@1".parse::<Fault>().unwrap_err().contains("did you mean truncate?"));
    }
}
