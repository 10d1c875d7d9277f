//! Generations of one key, `erp`, `erp.g2`, `erp.g3`: the API cannot replace a key's value, so a rotation creates
//! another key (`mft-api-keys.md` 3.4).

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Value;
use crate::plan::Context;
use crate::rules;
use crate::rules::generation;

/// How long an old generation may stay enabled beside the next one.
const GRACE: TimeDelta = TimeDelta::days(14);

/// A generation that is enabled after the plan.
struct On<'a> {
    number: u64,
    name: &'a str,
    place: Option<Place>,
    /// `None` if it is not in the store yet.
    created: Option<Instant>,
    /// Whether it is enabled in the store now.
    is_enabled: bool,
}

/// The embedded store has no calls of other programs to wait for, so MFT-039 is only about a site.
pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>, findings: &mut Vec<Diagnostic>) {
    for keys in by_logical_name(context, matching).into_values() {
        // A key without a declared generation is not managed here.
        let Some(place) = keys.iter().find_map(|key| key.place) else { continue };
        findings.extend(many(&keys).map(|problem| problem.at(place)));
        if context.live.transfer.is_some() {
            too_long(context, &keys, place, findings);
        }
    }
}

/// The newest generation of each key comes first.
fn by_logical_name<'a>(context: &Context<'a>, matching: &Matching<'a>) -> BTreeMap<&'a str, Vec<On<'a>>> {
    let mut groups: BTreeMap<&str, Vec<On<'_>>> = BTreeMap::new();
    for declared in context.desired.of(Kind::ApiKey) {
        if declared.value("enabled").and_then(Value::as_bool) == Some(true) {
            let (logical, number) = generation(&declared.name);
            let live = matching.found.get(&declared.address).map(|found| found.live);
            let is_enabled = live.is_some_and(|live| live.attributes.flag("enabled"));
            // The plan does not enable what it leaves out.
            if !is_enabled && matching.is_stopped(declared) {
                continue;
            }
            let created = live.and_then(|live| live.created);
            let on = On { number, name: &declared.name, place: Some(declared.place), created, is_enabled };
            groups.entry(logical).or_default().push(on);
        }
    }
    for live in matching.unmatched.iter().filter(|live| live.address.kind() == Kind::ApiKey) {
        let is_pruned = context.options.prune && crate::plan::prune::is_owned(context, matching, live);
        if live.attributes.flag("enabled") && !is_pruned {
            let (logical, number) = generation(&live.name);
            let on = On { number, name: &live.name, place: None, created: live.created, is_enabled: true };
            groups.entry(logical).or_default().push(on);
        }
    }
    for keys in groups.values_mut() {
        keys.sort_by(|a, b| b.number.cmp(&a.number).then_with(|| a.name.cmp(b.name)));
    }
    groups
}

/// How many generations may be enabled.
const MOST: usize = 2;

/// MFT-038: the declared keys that would be further generations, each with its error. Older ones come first.
pub(super) fn third(context: &Context<'_>, matching: &Matching<'_>) -> Vec<(Address, Diagnostic)> {
    let groups = by_logical_name(context, matching).into_values().filter(|keys| keys.len() > MOST);
    let held = groups.flat_map(|keys| {
        let message = format!("{} generations of one key would be enabled: {}", keys.len(), names(&keys));
        let enabled = keys.iter().filter(|key| key.is_enabled).count();
        let new = keys.into_iter().rev().filter(|key| !key.is_enabled);
        let too_many: Vec<On<'_>> = new.skip(MOST.saturating_sub(enabled)).collect();
        too_many.into_iter().map(move |key| (key, message.clone()))
    });
    held.filter_map(|(key, message)| {
        let problem = rules::MFT_038.finding(message).at(key.place?).help(OLDEST);
        Some((Address::api_key(key.name), problem))
    })
    .collect()
}

/// MFT-038: the store has more than two already, and `validate`, which warns of declared ones, does not know all.
fn many(keys: &[On<'_>]) -> Option<Diagnostic> {
    let is_known = keys.iter().all(|key| key.place.is_some());
    (keys.len() > MOST && !is_known).then(|| {
        let message = format!("{} generations of one key are enabled: {}", keys.len(), names(keys));
        rules::MFT_038.also(message).help(OLDEST)
    })
}

const OLDEST: &str = "declare the oldest with `enabled: false`, or disable it in the portal";

fn names(keys: &[On<'_>]) -> String {
    keys.iter().map(|key| key.name).take(5).collect::<Vec<_>>().join(", ")
}

/// MFT-039.
fn too_long(context: &Context<'_>, keys: &[On<'_>], place: Place, findings: &mut Vec<Diagnostic>) {
    for pair in keys.windows(2) {
        let (next, old) = (&pair[0], &pair[1]);
        if next.number == old.number || next.created.is_none_or(|created| created + GRACE > context.now) {
            continue;
        }
        let message =
            format!("`{}` is still enabled {} days after `{}` was created", old.name, GRACE.num_days(), next.name);
        let problem = rules::MFT_039.finding(message).at(old.place.unwrap_or(place));
        findings.push(problem.help(format!("write `enabled: false` when its callers use `{}`", next.name)));
    }
}
