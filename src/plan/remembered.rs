//! Fields that the store did not accept: reported once, then left alone until manifest or store change (CAM-054, MFT-033).

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::FieldChange;
use super::access;
use super::known::KnownObjects;
use crate::model::Declared;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::Value;

/// What the workspace database knows from earlier runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Remembered {
    /// By address and field.
    pub untaken: BTreeMap<(String, String), Untaken>,
    /// The objects that manifests declared in earlier runs.
    pub objects: KnownObjects,
    /// The key of the fingerprints. Without it, nothing is known about values and API keys.
    pub key: Option<FingerprintKey>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Untaken {
    pub wanted: Fingerprint,
    /// What the store held instead.
    pub held: Fingerprint,
    pub run: i64,
}

/// The fingerprint of a value. An empty value and a missing one are the same.
pub fn trace(key: &FingerprintKey, value: Option<&Value>) -> Fingerprint {
    let text = value.filter(|value| !value.is_empty()).map_or_else(String::new, ToString::to_string);
    key.fingerprint("field", &text)
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
    let Remembered { untaken, key, .. } = remembered;
    let key = key.as_ref()?;
    if untaken.is_empty() || allow.contains(&address) || reduces_access(fields) {
        return None;
    }
    let withheld_by = |change: &FieldChange| {
        let known = untaken.get(&(address.clone(), change.field.to_string()))?;
        let is_the_same =
            known.wanted == trace(key, change.after.as_ref()) && known.held == trace(key, change.before.as_ref());
        is_the_same.then_some(known.run)
    };
    let run = fields.iter().map(withheld_by).collect::<Option<Vec<i64>>>()?.into_iter().max()?;
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
