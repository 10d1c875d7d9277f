//! The rules for users.

use super::read;
use super::read::Stored;
use super::stored;
use super::work::Stop;
use super::work::Work;
use super::work::check_name;
use super::work::refuse;
use crate::model::Address;
use crate::model::Attributes;
use crate::model::Kind;
use crate::model::Value;
use crate::rules;

/// The platform's own user, which issues tokens.
const INTERNAL: &str = "MasheryInternalOAuth2";

/// The keys of a user. With this form, SQLite finds them by an index on applications instead of scanning all keys.
const KEYS_OF_USER: &str = "o.application IN (SELECT row FROM applications WHERE \"user\" = ?1)";

pub(super) fn create(work: &Work<'_>) -> Result<(), Stop> {
    let name = &*work.change().target.name;
    check_name(&rules::CAM_001, name, 255)?;
    check_free(work, name)?;
    let attributes = work.new_attributes()?;
    let sql = "INSERT INTO users (id, username, attributes, created, updated) VALUES (?1, ?2, ?3, ?4, ?4)";
    work.run(sql, &[&work.new_id()?, &name, &stored::write(&attributes, &[]), &work.now()])
}

pub(super) fn update(work: &Work<'_>) -> Result<(), Stop> {
    let stored = work.current()?;
    if work.name_after(&stored) != stored.object.name {
        return refuse(&rules::CAM_007, "usernames cannot be renamed");
    }
    let before = &stored.object.attributes;
    let mut after = before.clone();
    work.apply_fields(&mut after)?;
    if before.get("email") != after.get("email") {
        return refuse(&rules::CAM_008, "the API cannot change the email address of a user");
    }
    if after.text("status") != Some("disabled") || before.text("status") == Some("disabled") {
        return work.save_fields(Kind::User, stored.row, &after);
    }
    refuse_internal(&stored, "disabled")?;
    disable(work, &stored, &after)
}

pub(super) fn delete(work: &Work<'_>) -> Result<(), Stop> {
    let Some(stored) = work.current_or_gone()? else { return Ok(()) };
    refuse_internal(&stored, "deleted")?;
    work.refuse_children(&rules::CAM_044, Kind::Application, "o.user = ?1", stored.row)?;
    work.delete_row(&stored)?;
    let sql = "INSERT INTO burnt_usernames (username, burnt) VALUES (?1, ?2)";
    work.run(sql, &[&stored.object.name, &work.now()])
}

/// Disables the user and their keys. The vendor's documents disagree whether the keys are deleted or disabled; this
/// store does what can be undone. Enabling the user does not enable the keys.
fn disable(work: &Work<'_>, stored: &Stored, after: &Attributes) -> Result<(), Stop> {
    work.recording_effects(Kind::PackageKey, KEYS_OF_USER, stored.row, || {
        work.save_fields(Kind::User, stored.row, after)?;
        for key in read::some(work.connection, Kind::PackageKey, &format!("WHERE {KEYS_OF_USER}"), &[&stored.row])? {
            let mut attributes = key.object.attributes;
            let disabled = Value::text("disabled");
            if attributes.insert("settings.status", disabled.clone()) != Some(disabled) {
                work.save_fields(Kind::PackageKey, key.row, &attributes)?;
            }
        }
        Ok(())
    })
}

fn refuse_internal(stored: &Stored, done: &str) -> Result<(), Stop> {
    if &*stored.object.name == INTERNAL {
        return refuse(&rules::CAM_046, format!("{INTERNAL} belongs to the platform and cannot be {done}"));
    }
    Ok(())
}

fn check_free(work: &Work<'_>, name: &str) -> Result<(), Stop> {
    let address = Address::user(name);
    if work.one(Kind::User, "WHERE o.username = ?1", &[&name])?.is_some() {
        return refuse(&rules::CAM_048, format!("{address} is already in the store"));
    }
    let sql = "SELECT burnt FROM burnt_usernames WHERE username = ?1";
    match work.connection.number(sql, &[&name])? {
        Some(_) => {
            refuse(&rules::CAM_048, format!("{address} was deleted, and a deleted username can never be used again"))
        }
        None => Ok(()),
    }
}
