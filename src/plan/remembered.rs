//! Fields that the store did not accept: reported once, then left alone until manifest or store change (CAM-054, MFT-033).

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::FieldChange;
use super::access;
use super::applied::Applied;
use super::known::Deleted;
use super::known::KnownObjects;
use super::known::Revoked;
use super::known::Unrecorded;
use super::option::option;
use super::pending::Pending;
use super::receipts::Receipts;
use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::model::Value;
use crate::rules;

/// What the workspace database knows from earlier runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Remembered {
    /// By address and field.
    pub untaken: BTreeMap<(String, String), Untaken>,
    /// The objects that manifests declared in earlier runs.
    pub objects: KnownObjects,
    /// Their fields as runs applied them.
    pub applied: Applied,
    pub unrecorded: Unrecorded,
    /// What the runs of the journal deleted.
    pub deleted: Deleted,
    /// The keys that leaked.
    pub revoked: Revoked,
    /// The creates whose objects no plan has found so far.
    pub pending: Pending,
    /// The deliveries that succeeded.
    pub receipts: Receipts,
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

impl Remembered {
    /// Whether an earlier run had an object for the manifest, or may have created one.
    pub fn has_had(&self, address: &Address) -> bool {
        self.pending.creates.contains_key(address) || self.objects.has_address(address)
    }

    /// Whether a key leaked, and no run has disabled it since for another reason.
    pub fn is_revoked(&self, live: &LiveObject) -> bool {
        self.revoked.includes(live, self.objects.of(live, self.key.as_ref()))
    }
}

/// The fingerprint of a value. An empty value and a missing one are the same.
pub fn trace(key: &FingerprintKey, value: Option<&Value>) -> Fingerprint {
    let text = value.filter(|value| !value.is_empty()).map_or_else(String::new, ToString::to_string);
    key.fingerprint("field", &text)
}

/// The name under which the value of a key is remembered. No field of a key has it.
pub const VALUE: &str = "key";

/// CAM-069: the key that an earlier run created for the manifest, if it still has the value that the store gave it
/// instead of the one that was sent.
pub(super) fn altered_key(remembered: &Remembered, live: &Live, declared: &Declared) -> Option<Diagnostic> {
    let key = remembered.key.as_ref()?;
    let known = remembered.untaken.get(&(declared.address.to_string(), VALUE.to_owned()))?;
    let is_it = |object: &&LiveObject| object.key.as_ref().is_some_and(|live| key.of_value(&live.value) == known.held);
    let found = live.of(Kind::PackageKey).iter().find(is_it)?;
    let message = format!(
        "run {} created {} for {}, but the store gave it another value",
        known.run, found.address, declared.address
    );
    let help =
        "delete that key in the store, or declare it with `key: {existing: ID}`; no other key is created meanwhile";
    Some(rules::CAM_069.finding(message).at(declared.place).help(help))
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
    Some((names, format!("the store kept its own value for {shown} in run {run}; {} tries again", option(&address))))
}

fn reduces_access(fields: &[FieldChange]) -> bool {
    let switches_off = |change: &FieldChange| {
        change.field.ends_with("status") && change.after.as_ref().and_then(Value::as_text) != Some("active")
    };
    !access::of_fields(fields).narrower.is_empty() || fields.iter().any(switches_off)
}
