//! How two versions of `keywright.yaml` differ, field by field, and which changes weaken protection: more can be
//! deleted, read or run, or credentials are sent to another place.
//!
//! The fields of [`Workspace`] are listed without `..`, so that the compiler reports a new field that is missing here.

mod fields;
mod findings;
mod settings;
mod sinks;

use std::collections::BTreeSet;

pub use findings::Comparison;
pub use findings::findings;

use crate::text::and_more;
use crate::text::cut;
use crate::workspace::Workspace;
use fields::Setting;
use fields::Weight;
use settings::settings;

/// How a changed setting affects the protection of stores and runners. The order is that of reports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effect {
    Weaker,
    /// Neither weaker nor stronger.
    Other,
    Stronger,
}

/// One setting before and after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingChange {
    pub effect: Effect,
    /// Its path in `keywright.yaml`, like `spec.guards.deletes.count`.
    pub field: String,
    pub before: String,
    pub after: String,
    /// What can happen with a weaker setting.
    pub risk: String,
}

/// The settings that differ: weakened ones first, then by field.
pub fn settings_diff(before: &Workspace, after: &Workspace) -> Vec<SettingChange> {
    let (old, new) = (settings(before, after), settings(after, before));
    let not_set = Setting::not_set();
    let mut changes: Vec<SettingChange> = new
        .into_iter()
        .filter_map(|(field, new)| {
            // A field that only one version has belongs to a store that the other does not have, which is its own field.
            // But that field does not show which programs run for the credentials.
            let old = old.get(&field).or_else(|| new.is_credential.then_some(&not_set))?;
            if old.identity == new.identity {
                return None;
            }
            let (before, after) = texts(old, &new);
            Some(SettingChange { effect: effect(&old.weight, &new.weight), field, before, after, risk: new.risk })
        })
        .collect();
    changes.sort_by(|a, b| (a.effect, &a.field).cmp(&(b.effect, &b.field)));
    changes
}

/// Changes from several versions, each once: the weakest of those that only differ in what was before.
pub fn without_repeats(mut changes: Vec<SettingChange>) -> Vec<SettingChange> {
    changes.sort_by(|a, b| (&a.field, &a.after, a.effect, &a.before).cmp(&(&b.field, &b.after, b.effect, &b.before)));
    changes.dedup_by(|a, b| (&a.field, &a.after) == (&b.field, &b.after));
    changes.sort_by(|a, b| (a.effect, &a.field).cmp(&(b.effect, &b.field)));
    changes
}

/// The longest list that is shown whole, in characters.
const LONGEST_LIST: usize = 60;

/// The longest text of a value, or of an entry of a list, in characters.
const LONGEST: usize = 2000;

/// Maximum number of removed entries in a message.
const MOST_REMOVED: usize = 30;

/// Both texts of a changed setting. Of a long list, only the entries that the other does not have, so that none is hidden
/// by the length of the rest. All added entries are shown: the one that the author wants may be the last.
fn texts(old: &Setting, new: &Setting) -> (String, String) {
    match (old.weight.entries(), new.weight.entries()) {
        (Some(before), Some(after)) if old.text.len().max(new.text.len()) > LONGEST_LIST => {
            let only = |one: &BTreeSet<Box<str>>, other: &BTreeSet<Box<str>>, most: usize| {
                let entries = one.difference(other).map(|entry| cut(entry, LONGEST));
                let rest = if one.is_disjoint(other) { None } else { Some("…".into()) };
                format!("[{}]", and_more(&entries.chain(rest).collect::<Vec<_>>(), most, ", "))
            };
            (only(before, after, MOST_REMOVED), only(after, before, usize::MAX))
        }
        _ => (cut(&old.text, LONGEST).into_owned(), cut(&new.text, LONGEST).into_owned()),
    }
}

fn effect(old: &Weight, new: &Weight) -> Effect {
    let is_weaker = match (old, new) {
        (Weight::Plain, _) | (_, Weight::Plain) => return Effect::Other,
        (Weight::Rank(old), Weight::Rank(new)) => new >= old,
        (Weight::Limits(None), Weight::Limits(_)) => false,
        (Weight::Opens(old), Weight::Opens(new)) | (Weight::Limits(Some(old)), Weight::Limits(Some(new))) => {
            !new.is_subset(old)
        }
        (Weight::Covers(old), Weight::Covers(new)) if new.is_superset(old) => return Effect::Other,
        _ => true,
    };
    if is_weaker { Effect::Weaker } else { Effect::Stronger }
}

#[cfg(test)]
mod tests;
