//! Generations of one key, `erp`, `erp.g2`, `erp.g3`: the API cannot replace a key's value, so a rotation creates
//! another key (`mft-api-keys.md` 3.4).

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::matching::Matching;
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
    for mut keys in by_logical_name(context, matching).into_values() {
        keys.sort_by(|a, b| b.number.cmp(&a.number).then_with(|| a.name.cmp(b.name)));
        // A key without a declared generation is not managed here.
        let Some(place) = keys.iter().find_map(|key| key.place) else { continue };
        too_many(&keys, place, findings);
        if context.live.transfer.is_some() {
            too_long(context, &keys, place, findings);
        }
    }
}

fn by_logical_name<'a>(context: &Context<'a>, matching: &Matching<'a>) -> BTreeMap<&'a str, Vec<On<'a>>> {
    let mut groups: BTreeMap<&str, Vec<On<'_>>> = BTreeMap::new();
    for declared in context.desired.of(Kind::ApiKey) {
        if declared.value("enabled").and_then(Value::as_bool) == Some(true) {
            let (logical, number) = generation(&declared.name);
            let live = matching.found.get(&declared.address).map(|found| found.live);
            let is_enabled = live.is_some_and(|live| live.attributes.flag("enabled"));
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
    groups
}

/// MFT-038: an error if the plan enables one of them, a warning if the store has them already.
fn too_many(keys: &[On<'_>], place: Place, findings: &mut Vec<Diagnostic>) {
    let is_new = keys.iter().any(|key| !key.is_enabled);
    // `validate` has warned of declared generations.
    if keys.len() > 2 && (is_new || keys.iter().any(|key| key.place.is_none())) {
        let names: Vec<&str> = keys.iter().map(|key| key.name).take(5).collect();
        let message = format!("{} generations of one key would be enabled: {}", keys.len(), names.join(", "));
        let problem = if is_new { rules::MFT_038.finding(message) } else { rules::MFT_038.also(message) };
        let problem = problem.at(place);
        findings.push(problem.help("declare the oldest with `enabled: false`, or disable it in the portal"));
    }
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
