//! Keys that are past their end. What exists is only reported; a key that would be useless from its start is left out.

use chrono::TimeDelta;

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Declared;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Presence;
use crate::model::Value;
use crate::model::moment::day;
use crate::rules;

/// CAM-033, MFT-014: why a key must not be created, or given an expiry date that has passed.
pub(super) fn refusal(context: &Context<'_>, declared: &Declared, found: Option<&Found<'_>>) -> Option<Diagnostic> {
    let is_kept = found.is_some_and(|found| found.live.attributes.get("expires") == declared.value("expires"));
    match declared.address.kind() {
        Kind::PackageKey if found.is_none() && is_over(context, declared) => {
            let date = declared.text("expires").unwrap_or_default();
            let message = format!("{} would be created already expired, on {date}", declared.address);
            let problem = rules::CAM_033.finding(message).at(declared.place_of("expires"));
            Some(problem.help("write a later date, or remove the manifest"))
        }
        Kind::ApiKey if !is_kept && end_of_enabled(declared).is_some_and(|end| end <= context.now) => {
            let message = format!("{} is declared enabled, but past its end", declared.address);
            let problem = rules::MFT_014.finding(message).at(declared.place_of("expires"));
            Some(problem.help("write a later time, or `enabled: false`"))
        }
        _ => None,
    }
}

/// Whether a package key is past its end, so that no further generation is created.
pub(super) fn is_over(context: &Context<'_>, declared: &Declared) -> bool {
    // `never` comes after all days.
    declared.address.kind() == Kind::PackageKey
        && declared.text("expires").is_some_and(|date| *date < *day(context.now))
}

/// CAM-033, MFT-014, MFT-015, MFT-017: warnings about keys that expire, have expired, or live for years.
pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for declared in context.desired.objects.values().filter(|declared| !matching.is_held(declared)) {
        let found = matching.found.get(&declared.address);
        if refusal(context, declared, found).is_some() {
            continue;
        }
        let place = declared.place_of("expires");
        if is_over(context, declared) {
            let date = declared.text("expires").unwrap_or_default();
            let is_live = found.is_none_or(|found| found.live.attributes.text("expires") == Some(date));
            let message = if is_live {
                format!("{} expired on {date}", declared.address)
            } else {
                format!("the manifest ends {} on {date}, which is past", declared.address)
            };
            let help = "write a later date, or remove the manifest: once the key is gone, it cannot be created again";
            findings.push(rules::CAM_033.also(message).at(place).help(help));
        } else if let Some(end) = end_of_enabled(declared) {
            findings.extend(of_api_key(context, end).map(|problem| problem.at(place)));
        }
    }
    findings
}

fn of_api_key(context: &Context<'_>, end: Instant) -> Option<Diagnostic> {
    let in_days = |days: i64| context.now + TimeDelta::days(days);
    if end <= context.now {
        let problem = rules::MFT_014.also("the key is enabled, but it has expired");
        return Some(problem.help("write a later time, or `enabled: false`"));
    }
    if end <= in_days(30) {
        let problem = rules::MFT_015.finding("the key expires within 30 days");
        return Some(problem.help("create its successor before its callers fail"));
    }
    (end > in_days(365)).then(|| {
        let problem = rules::MFT_017.finding("the key expires in more than 365 days");
        problem.help("set an earlier expiry date, and rotate the key in time")
    })
}

/// When an API key that is declared enabled expires.
fn end_of_enabled(declared: &Declared) -> Option<Instant> {
    let is_enabled = declared.value("enabled").and_then(Value::as_bool) == Some(true);
    let is_present = declared.presence == Presence::Present && declared.address.kind() == Kind::ApiKey;
    declared.text("expires").filter(|_| is_enabled && is_present)?.parse().ok()
}
