//! Which objects are exported, and with which fields.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::left_out::LeftOut;
use crate::manifest::fields;
use crate::model::Address;
use crate::model::Value;

/// What to export.
#[derive(Default)]
pub struct Selection {
    /// Without the values that a store gives a new object anyway.
    pub is_minimal: bool,
    /// Only these objects and what they depend on, by their addresses in the store or in the export. All if empty.
    pub only: Vec<String>,
}

impl Selection {
    pub const fn is_everything(&self) -> bool {
        self.only.is_empty()
    }
}

/// An address that no object has.
#[derive(Debug)]
pub struct Unknown {
    pub address: String,
    /// A similar address.
    pub near: Option<String>,
}

pub(super) fn select(
    selection: &Selection,
    drafts: &mut Vec<Draft>,
    left_out: &mut Vec<LeftOut>,
) -> Result<(), Unknown> {
    if !selection.is_everything() {
        let wanted = wanted(&selection.only, drafts, left_out)?;
        drafts.retain(|draft| wanted.contains(&draft.live));
        left_out.retain(|left_out| left_out.live.as_ref().is_some_and(|live| wanted.contains(live)));
    }
    if selection.is_minimal {
        drafts.iter_mut().for_each(minimize);
    }
    Ok(())
}

/// The addresses of the named objects and of what they depend on.
fn wanted(only: &[String], drafts: &[Draft], left_out: &[LeftOut]) -> Result<BTreeSet<Address>, Unknown> {
    let mut wanted: BTreeSet<Address> = BTreeSet::new();
    for address in only {
        let named: Vec<&Draft> = drafts
            .iter()
            .filter(|draft| draft.declares.to_string() == *address || draft.live.to_string() == *address)
            .collect();
        let missing: Vec<&LeftOut> =
            left_out.iter().filter(|left_out| left_out.address().as_deref() == Some(address)).collect();
        if named.is_empty() && missing.is_empty() {
            let known: Vec<String> = drafts.iter().map(|draft| draft.declares.to_string()).collect();
            let near = crate::diagnostic::did_you_mean(address, known.iter().take(5_000).map(String::as_str));
            return Err(Unknown { address: address.clone(), near: near.map(str::to_owned) });
        }
        for draft in named {
            wanted.insert(draft.live.clone());
            wanted.extend(draft.needs.iter().cloned());
        }
        wanted.extend(missing.into_iter().filter_map(|left_out| left_out.live.clone()));
    }
    Ok(wanted)
}

fn minimize(draft: &mut Draft) {
    let kind = draft.kind;
    let is_default = |path: &str, value: &Value| {
        let field = fields::find(kind, path).filter(|field| field.required.is_none());
        field.is_some_and(|field| field.default.as_ref() == Some(value))
    };
    draft.fields.retain(|field| !is_default(&field.path(), &field.value));
}
