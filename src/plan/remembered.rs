//! Fields that the store did not take: told once, and not tried again until the manifest or the store says otherwise
//! (CAM-054, MFT-033).

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::FieldChange;
use super::access;
use crate::model::Declared;
use crate::model::Digest;
use crate::model::Value;

/// What earlier runs found out, by address and field.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Remembered(pub BTreeMap<(String, String), Untaken>);

/// A value that the store did not take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Untaken {
    pub wanted: Digest,
    /// What the store held instead.
    pub held: Digest,
    /// The run that found it out.
    pub run: i64,
}

/// How a value is remembered. What is empty and what is not there are the same.
pub fn trace(value: Option<&Value>) -> Digest {
    let text = value.filter(|value| !value.is_empty()).map_or_else(String::new, ToString::to_string);
    Digest::of(text.as_bytes())
}

/// Whether an update would only say again what the store has refused to take before, while both sides say what they said
/// then: the fields and the sentence that tells so. All or nothing, because another field that changes may be what was
/// missing. What takes access away is always tried again: to hide it would be worse than to repeat it.
pub(super) fn withhold(
    remembered: &Remembered,
    allow: &BTreeSet<String>,
    declared: &Declared,
    fields: &[FieldChange],
) -> Option<(Vec<String>, String)> {
    let address = declared.address.to_string();
    if remembered.0.is_empty() || allow.contains(&address) || takes_away(fields) {
        return None;
    }
    let untaken = |change: &FieldChange| {
        let known = remembered.0.get(&(address.clone(), change.field.to_string()))?;
        let is_the_same = known.wanted == trace(change.after.as_ref()) && known.held == trace(change.before.as_ref());
        is_the_same.then_some(known.run)
    };
    let run = fields.iter().map(untaken).collect::<Option<Vec<i64>>>()?.into_iter().max()?;
    let names: Vec<String> = fields.iter().map(|change| change.field.to_string()).collect();
    let shown = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Some((names, format!("the store kept its own {shown} in run {run}; --allow {address} tries again")))
}

/// Whether somebody shall have less than before.
fn takes_away(fields: &[FieldChange]) -> bool {
    let switches_off = |change: &FieldChange| {
        change.field.ends_with("status") && change.after.as_ref().and_then(Value::as_text) != Some("active")
    };
    !access::of_fields(fields).narrower.is_empty() || fields.iter().any(switches_off)
}
