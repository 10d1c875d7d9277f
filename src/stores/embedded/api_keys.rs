//! The rules for API keys of Managed File Transfer.

use super::stored;
use super::work::Stop;
use super::work::Work;
use super::work::refuse;
use crate::model::Address;
use crate::model::Kind;
use crate::rules;
use crate::store::Refusal;
use crate::store::RefusalKind;

pub(super) fn create(work: &Work<'_>) -> Result<(), Stop> {
    let name = &*work.change().target.name;
    if name.trim() != name || name.is_empty() || name.chars().any(char::is_control) {
        return refuse(&rules::MFT_001, "its name is empty, has spaces at its ends, or contains control characters");
    }
    if work.one(Kind::ApiKey, "WHERE o.name = ?1", &[&name])?.is_some() {
        return refuse(&rules::MFT_002, format!("{} is already in the store", Address::api_key(name)));
    }
    let attributes = work.new_attributes()?;
    let sql = "INSERT INTO api_keys (id, name, attributes, created, updated) VALUES (?1, ?2, ?3, ?4, ?4)";
    work.run(sql, &[&work.new_id()?, &name, &stored::write(&attributes, &[]), &work.now()])
}

pub(super) fn update(work: &Work<'_>) -> Result<(), Stop> {
    let stored = work.current()?;
    if work.name_after(&stored) != stored.object.name {
        return Err(refused("the name of an API key cannot change").into());
    }
    let mut attributes = stored.object.attributes.clone();
    work.apply_fields(&mut attributes)?;
    work.save_fields(Kind::ApiKey, stored.row, &attributes)
}

pub(super) fn not_deletable() -> Refusal {
    refused("the Managed File Transfer API cannot delete API keys")
        .help("disable the key with `enabled: false`, or delete it in the portal")
}

/// A refusal without a rule.
fn refused(reason: &str) -> Refusal {
    Refusal { kind: RefusalKind::Rejected, rule: None, reason: reason.to_owned(), help: None }
}
