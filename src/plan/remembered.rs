//! Fields that the store did not take: told once, and not tried again until the manifest or the store says otherwise
//! (CAM-054, MFT-033).

use std::collections::BTreeMap;

use super::Context;
use super::FieldChange;
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

/// Takes out of an update what the store has refused to take before, while both sides say what they said then; and
/// says so. `--allow` tries again.
pub(super) fn withhold(context: &Context<'_>, declared: &Declared, fields: &mut Vec<FieldChange>) -> Option<String> {
    let address = declared.address.to_string();
    if context.remembered.0.is_empty() || context.options.allow.contains(&address) {
        return None;
    }
    let mut kept: Vec<String> = Vec::new();
    let mut run = 0;
    fields.retain(|change| {
        let known = context.remembered.0.get(&(address.clone(), change.field.to_string()));
        let is_the_same = |known: &&Untaken| {
            known.wanted == trace(change.after.as_ref()) && known.held == trace(change.before.as_ref())
        };
        let Some(known) = known.filter(is_the_same) else { return true };
        kept.push(format!("`{}`", change.field));
        run = run.max(known.run);
        false
    });
    let names = kept.join(", ");
    (!kept.is_empty()).then(|| format!("the store kept its own {names} in run {run}; --allow {address} tries again"))
}
