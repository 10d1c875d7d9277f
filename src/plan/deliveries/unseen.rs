//! KW-042 and KW-043: the deliveries that this machine cannot see, and what `--deliver` would do about them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::MASKED;
use super::MOST;
use super::State;
use super::living;
use super::state;
use super::targets;
use super::wanted;
use super::why_dead;
use crate::diagnostic::Diagnostic;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::shared_secrets::without_secret;
use crate::rules;
use crate::text::and_more;

/// KW-042: the deliveries that this machine cannot see, or that `--no-deliver` leaves out. KW-043: a wrong `--deliver`.
pub(in crate::plan) fn check(context: &Context<'_>, matching: &Matching<'_>, changes: &[&Change]) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> = wrong_addresses(context).collect();
    let keys = || context.desired.of(Kind::PackageKey).filter(|declared| !targets(declared).is_empty());
    let creates = |address: &Address| changes.iter().any(|change| creates(change, address));
    let in_store = |declared: &Declared| matching.found.get(&declared.address).map(|found| found.live);
    if context.options.no_deliver {
        let left_out = |declared: &Declared| match in_store(declared) {
            _ if creates(&declared.address) => targets(declared).len(),
            Some(live) => wanted(context, declared, live).count(),
            None => 0,
        };
        let left_out = keys().map(|key| Unseen { key: &key.address, deliveries: left_out(key), why_not: None });
        findings.extend(finding(left_out, |deliveries, _, names| {
            let message = format!("--no-deliver leaves out {deliveries} of {}", names.all());
            rules::KW_042.finding(message).help("they stay due: a run without --no-deliver makes them")
        }));
        return findings;
    }
    findings.extend(without_secret(context, matching));
    let unseen = |declared: &Declared| {
        let Some(live) = in_store(declared).filter(|_| !creates(&declared.address)) else { return 0 };
        let is_asked = context.options.deliver.contains(&declared.address.to_string());
        let files = targets(declared).iter().filter(|to| to.sink.is_none());
        let states = files.map(|to| state(context, declared, live, to));
        states.filter(|state| !is_asked && matches!(state, State::Received | State::Unknown)).count()
    };
    // A sink that received the value is in order, even if it cannot be asked.
    let unknown = |declared: &Declared| {
        let Some(live) = in_store(declared).filter(|_| !creates(&declared.address)) else { return 0 };
        let is_asked = context.options.deliver.contains(&declared.address.to_string());
        let in_sinks = targets(declared).iter().filter(|to| to.sink.is_some());
        in_sinks.filter(|to| !is_asked && state(context, declared, live, to) == State::Unknown).count()
    };
    let of = |count: &dyn Fn(&Declared) -> usize| -> Vec<Unseen<'_>> {
        let one = |key| (key, count(key));
        let all = keys().map(one).filter(|(_, deliveries)| *deliveries > 0);
        let found = |key: &Declared| matching.found.get(&key.address);
        let why_not = |key| found(key).and_then(|found| why_not(context, matching, key, found));
        all.map(|(key, deliveries)| Unseen { key: &key.address, deliveries, why_not: why_not(key) }).collect()
    };
    findings.extend(finding(of(&unseen).into_iter(), |deliveries, are_many, names| {
        let files = if are_many { "the files are" } else { "the file is" };
        let message = format!("{deliveries} cannot be seen here: {files} not on this machine");
        rules::KW_042.finding(message).help(names.help("writes the value of a key here"))
    }));
    findings.extend(finding(of(&unknown).into_iter(), |deliveries, are_many, names| {
        let sinks =
            if are_many { "their sinks cannot be asked, and have" } else { "its sink cannot be asked, and has" };
        let message = format!("it is unknown whether {deliveries} arrived: {sinks} no receipt");
        rules::KW_042.finding(message).help(names.help("delivers the value of a key"))
    }));
    findings
}

/// Whether a change creates the current generation of a key.
fn creates(change: &Change, address: &Address) -> bool {
    change.address == *address && change.action == Action::Create
}

/// The deliveries of a key that nobody can see.
struct Unseen<'a> {
    key: &'a Address,
    deliveries: usize,
    /// Why `--deliver` would make none of them.
    why_not: Option<&'static str>,
}

/// The keys of one finding.
struct Names<'a>(Vec<Unseen<'a>>);

impl Names<'_> {
    fn all(&self) -> String {
        list(&self.0.iter().collect::<Vec<_>>())
    }

    /// What `--deliver` does, and for which keys it does nothing.
    fn help(&self, does: &str) -> String {
        let mut by_reason: BTreeMap<Option<&str>, Vec<&Unseen<'_>>> = BTreeMap::new();
        for one in &self.0 {
            by_reason.entry(one.why_not).or_default().push(one);
        }
        let part = |(why, keys): (Option<&str>, Vec<&Unseen<'_>>)| match why {
            None => format!("--deliver ADDRESS {does}: {}", list(&keys)),
            Some(MASKED) => format!("sign in as a user who may read key values to deliver {}", list(&keys)),
            Some(why) => format!("the value of a key that {why} is not delivered: {}", list(&keys)),
        };
        by_reason.into_iter().map(part).collect::<Vec<_>>().join("; ")
    }
}

fn list(keys: &[&Unseen<'_>]) -> String {
    let names: Vec<String> = keys.iter().map(|one| one.key.to_string()).collect();
    and_more(&names, MOST, ", ")
}

/// Why `--deliver` does not deliver a key.
fn why_not(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'_>,
) -> Option<&'static str> {
    if let Some(why) = why_dead(context, declared, found, None) {
        return Some(why);
    }
    let worse = living::worse(context, matching, declared, found, None);
    let is_kept = !worse.is_empty() && targets(declared).iter().all(|to| worse.contains(&to));
    is_kept.then_some("does not work and may replace one that does")
}

/// One finding for all keys that have any of the counted deliveries.
fn finding<'a>(
    counted: impl Iterator<Item = Unseen<'a>>,
    say: impl Fn(String, bool, Names<'a>) -> Diagnostic,
) -> Option<Diagnostic> {
    let counted: Vec<Unseen<'a>> = counted.filter(|one| one.deliveries > 0).collect();
    let total: usize = counted.iter().map(|one| one.deliveries).sum();
    (total > 0).then(|| {
        let deliveries = if total == 1 { "1 delivery".to_owned() } else { format!("{total} deliveries") };
        say(deliveries, total > 1, Names(counted))
    })
}

fn wrong_addresses(context: &Context<'_>) -> impl Iterator<Item = Diagnostic> {
    let keys = || context.desired.of(Kind::PackageKey).filter(|declared| !targets(declared).is_empty());
    let names: BTreeSet<String> = keys().map(|declared| declared.address.to_string()).collect();
    context.options.deliver.iter().filter_map(move |address| {
        if names.contains(address) {
            return None;
        }
        let problem = rules::KW_043.finding(format!("--deliver {address} names no key with a delivery"));
        Some(match crate::diagnostic::did_you_mean(address, names.iter().map(String::as_str)) {
            Some(near) => problem.help(format!("did you mean {near}?")),
            None => problem.help("name a key whose manifest has `deliver`, like key/checkout-production"),
        })
    })
}
