//! Fields that the store did not accept: reported once, then left alone until manifest or store change (CAM-054, MFT-033).

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::FieldChange;
use super::access;
use crate::model::Declared;
use crate::model::Digest;
use crate::model::Value;

/// The values that the store did not accept in earlier runs, by address and field.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Remembered(pub BTreeMap<(String, String), Untaken>);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Untaken {
    pub wanted: Digest,
    /// What the store held instead.
    pub held: Digest,
    pub run: i64,
}

/// The digest of a value. An empty value and a missing one are the same.
pub fn trace(value: Option<&Value>) -> Digest {
    let text = value.filter(|value| !value.is_empty()).map_or_else(String::new, ToString::to_string);
    Digest::of(text.as_bytes())
}

/// The fields and the reason, if an update only repeats values that the store did not accept before and both sides are
/// unchanged since. All or nothing, because another changed field may make the store accept them. Updates that reduce
/// access are always repeated: hiding them would be worse.
pub(super) fn withhold(
    remembered: &Remembered,
    allow: &BTreeSet<String>,
    declared: &Declared,
    fields: &[FieldChange],
) -> Option<(Vec<String>, String)> {
    let address = declared.address.to_string();
    if remembered.0.is_empty() || allow.contains(&address) || reduces_access(fields) {
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
    Some((names, format!("the store kept its own value for {shown} in run {run}; --allow {address} tries again")))
}

fn reduces_access(fields: &[FieldChange]) -> bool {
    let switches_off = |change: &FieldChange| {
        change.field.ends_with("status") && change.after.as_ref().and_then(Value::as_text) != Some("active")
    };
    !access::of_fields(fields).narrower.is_empty() || fields.iter().any(switches_off)
}
