//! Faults: what goes wrong between the service and the caller, and at which request. One is written `KIND@WHEN`; see
//! [`KINDS`] and [`WHEN`].
//!
//! ```text
//! drop-after@w3   status-503@p0.1   delay-200ms@GET:/packageKeys   truncate@POST:/applications/*/packageKeys#2
//! ```

use std::str::FromStr;
use std::time::Duration;

use super::call::Call;
use super::gateway::Gate;
use super::quirks::unknown;
use super::settings::duration;

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Trouble {
    /// The connection is closed without an answer; the request is not looked at.
    DropBefore,
    /// The same after the request was done.
    DropAfter,
    Delay(Duration),
    /// An answer of the gateway's, with this status; the request is not looked at.
    Status(u16),
    /// The same after the request was done.
    LateStatus(u16),
    /// The connection is closed in the middle of the body.
    Truncate,
    /// The right status, and a page for people as its body.
    Html,
    /// What is told is told twice: each row of a list, or the whole body.
    Duplicate,
    /// The body comes in small pieces over this time.
    Drip(Duration),
    Gate(Gate),
    /// All tokens are void.
    ForgetTokens,
}

/// The names of what can go wrong, with what they do.
pub const KINDS: [(&str, &str); 16] = [
    ("drop-before", "closes the connection; the request is not done"),
    ("drop-after", "does the request, and closes the connection without an answer"),
    ("delay-TIME", "waits before it does the request, like delay-200ms"),
    ("status-CODE", "answers with this status; the request is not done"),
    ("late-status-CODE", "does the request, and answers with this status"),
    ("truncate", "does the request, and closes the connection in the middle of the answer's body"),
    ("html", "does the request, and answers with a page for people"),
    ("duplicate", "does the request, and tells each row of the answer twice"),
    ("drip", "does the request, and sends the answer in small pieces for one second"),
    ("drip-TIME", "the same for another time"),
    ("over-qps", "refuses as the gateway does when there are too many calls in a second"),
    ("over-rate", "refuses as the gateway does when the quota of the day is used up"),
    ("inactive", "refuses as the gateway does when the token does not hold"),
    ("not-authorized", "refuses as the gateway does when the caller may not do it"),
    ("service-over-qps", "refuses as the gateway does when the service is at its limit"),
    ("forget-tokens", "refuses as inactive does, and every token is void from then on"),
];

/// How it is said when a fault strikes.
pub const WHEN: [(&str, &str); 5] = [
    ("7", "at the request with this number; all requests are counted, the token's too"),
    ("w3", "at the third POST, PUT or DELETE below /v3/rest"),
    ("METHOD:/PATH", "at requests whose path below /v3/rest begins so; * stands for any method or any one part"),
    ("METHOD:/PATH#2", "at the second of them only"),
    ("p0.25", "at one request in four, by chance"),
];

#[derive(Clone, PartialEq, Debug)]
enum When {
    Request(u64),
    Write(u64),
    Path { method: Option<Box<str>>, path: Vec<Option<Box<str>>>, nth: Option<u64> },
    Chance(f64),
}

/// One fault as the command line names it.
#[derive(Clone, PartialEq, Debug)]
pub struct Fault {
    trouble: Trouble,
    when: When,
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, when) = text.split_once('@').ok_or("must be KIND@WHEN, like drop-after@w3")?;
        Ok(Self { trouble: trouble(kind)?, when: self::when(when)? })
    }
}

fn trouble(kind: &str) -> Result<Trouble, String> {
    let known = match kind {
        "drop-before" => Trouble::DropBefore,
        "drop-after" => Trouble::DropAfter,
        "truncate" => Trouble::Truncate,
        "html" => Trouble::Html,
        "duplicate" => Trouble::Duplicate,
        "drip" => Trouble::Drip(Duration::from_secs(1)),
        "over-qps" => Trouble::Gate(Gate::OverQps),
        "over-rate" => Trouble::Gate(Gate::OverRate),
        "inactive" => Trouble::Gate(Gate::Inactive),
        "not-authorized" => Trouble::Gate(Gate::NotAuthorized),
        "forget-tokens" => Trouble::ForgetTokens,
        "service-over-qps" => Trouble::Gate(Gate::ServiceOverQps),
        _ => return trouble_with_number(kind),
    };
    Ok(known)
}

fn trouble_with_number(kind: &str) -> Result<Trouble, String> {
    let status = |code: &str| match code.parse() {
        Ok(code @ 400..=599) => Ok(code),
        _ => Err(format!("{code} is not a status from 400 to 599")),
    };
    let time = |time: &str| duration(time).map_err(|error| format!("{time} {error}"));
    if let Some(code) = kind.strip_prefix("status-") {
        return status(code).map(Trouble::Status);
    }
    if let Some(code) = kind.strip_prefix("late-status-") {
        return status(code).map(Trouble::LateStatus);
    }
    if let Some(text) = kind.strip_prefix("delay-") {
        return time(text).map(Trouble::Delay);
    }
    match kind.strip_prefix("drip-") {
        Some(text) => time(text).map(Trouble::Drip),
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
    if !path.starts_with('/') || !["*", "GET", "HEAD", "POST", "PUT", "DELETE"].contains(&method) {
        return Err(wrong(text));
    }
    let any = |part: &str| (part != "*").then(|| part.into());
    let path = path.split('/').filter(|part| !part.is_empty()).map(any).collect();
    Ok(When::Path { method: any(method), path, nth })
}

fn wrong(text: &str) -> String {
    format!(
        "{text:?} must be a request's number, w and a write's number, METHOD:/path, METHOD:/path#2, or p and a chance"
    )
}

/// The faults of an emulator, and what has passed so far.
pub(super) struct Faults {
    /// Each with the number of requests that its path has matched.
    faults: Vec<(Fault, u64)>,
    requests: u64,
    writes: u64,
    random: u64,
}

impl Faults {
    pub(super) fn new(faults: Vec<Fault>, seed: u64) -> Self {
        Self { faults: faults.into_iter().map(|fault| (fault, 0)).collect(), requests: 0, writes: 0, random: seed }
    }

    /// Counts a request, and says its number and what goes wrong with it.
    pub(super) fn meet(&mut self, call: &Call) -> (u64, Vec<Trouble>) {
        self.requests += 1;
        self.writes += u64::from(call.is_write());
        let mut troubles = Vec::new();
        for (fault, met) in &mut self.faults {
            let strikes = match &fault.when {
                When::Request(number) => *number == self.requests,
                When::Write(number) => call.is_write() && *number == self.writes,
                When::Chance(chance) => draw(&mut self.random) < *chance,
                When::Path { method, path, nth } => {
                    let matches = matches(call, method.as_deref(), path);
                    *met += u64::from(matches);
                    matches && nth.is_none_or(|nth| nth == *met)
                }
            };
            if strikes {
                troubles.push(fault.trouble);
            }
        }
        (self.requests, troubles)
    }
}

fn matches(call: &Call, method: Option<&str>, path: &[Option<Box<str>>]) -> bool {
    let Some(parts) = call.rest() else { return false };
    method.is_none_or(|method| call.method == method)
        && parts.len() >= path.len()
        && path.iter().zip(parts).all(|(wanted, part)| wanted.as_deref().is_none_or(|wanted| wanted == part))
}

/// The next number below one (SplitMix64).
fn draw(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut number = *state;
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^= number >> 31;
    #[expect(clippy::cast_precision_loss, reason = "32 bits fit into a double")]
    let top = (number >> 32) as f64;
    top / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::Fault;
    use super::Faults;
    use super::Trouble;
    use crate::emulator::call::Call;

    fn call(method: hyper::Method, path: &str) -> Call {
        Call::new(method, &format!("/v3/rest{path}"), "", None, hyper::body::Bytes::new())
    }

    /// Which of some requests a fault strikes.
    fn struck(fault: &str, calls: &[(hyper::Method, &str)]) -> Vec<bool> {
        let mut faults = Faults::new(vec![fault.parse().unwrap()], 7);
        calls.iter().map(|(method, path)| !faults.meet(&call(method.clone(), path)).1.is_empty()).collect()
    }

    #[test]
    fn faults_strike_by_number_by_path_and_by_chance() {
        use hyper::Method as M;
        let calls =
            [(M::GET, "/members"), (M::POST, "/members"), (M::PUT, "/members/1"), (M::PUT, "/packages/1/plans/2")];
        assert_eq!(struck("drop-before@1", &calls), [true, false, false, false]);
        assert_eq!(struck("drop-before@w2", &calls), [false, false, true, false]);
        assert_eq!(struck("html@*:/members", &calls), [true, true, true, false]);
        assert_eq!(struck("html@*:/members#2", &calls), [false, true, false, false]);
        assert_eq!(struck("html@PUT:/packages/*/plans", &calls), [false, false, false, true]);
        assert_eq!(struck("html@p1", &calls), [true; 4]);
        assert_eq!(struck("html@p0", &calls), [false; 4]);
        let many: Vec<_> = (0..1000).map(|_| (M::GET, "/members")).collect();
        let count = struck("html@p0.1", &many).into_iter().filter(|struck| *struck).count();
        assert!((50..200).contains(&count), "{count}");
        assert_eq!(struck("html@p0.1", &many), struck("html@p0.1", &many));
    }

    #[test]
    fn every_kind_can_be_named() {
        for (kind, _) in super::KINDS {
            let spec = format!("{}@1", kind.replace("TIME", "5ms").replace("CODE", "503"));
            assert!(spec.parse::<Fault>().is_ok(), "{spec}");
        }
        assert_eq!("late-status-500@2".parse::<Fault>().unwrap().trouble, Trouble::LateStatus(500));
    }

    #[test]
    fn what_can_not_be_read_is_refused_with_a_reason() {
        for wrong in [
            "",
            "drop-after",
            "drop-after@",
            "@1",
            "drop@1",
            "status-200@1",
            "status-@1",
            "delay-5@1",
            "html@0",
            "html@w0",
            "html@p2",
            "html@p-1",
            "html@pNaN",
            "html@GET:members",
            "html@PATCH:/members",
            "html@GET:/members#0",
            "html@GET:/members#x",
        ] {
            assert!(wrong.parse::<Fault>().is_err(), "{wrong}");
        }
        assert!("truncat@1".parse::<Fault>().unwrap_err().contains("did you mean truncate?"));
    }
}
