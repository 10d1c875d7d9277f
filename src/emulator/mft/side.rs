//! The site's data about a key, beside the store.

use serde::Deserialize;
use serde::Serialize;

use crate::emulator::area::Area;

/// Its name in the table.
const NAME: &str = "mft";

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Side {
    /// `None` if the store's name is the keyName.
    pub(super) key_name: Option<Box<str>>,
    pub(super) is_nameless: bool,
    pub(super) owner: Box<str>,
    /// `None` for the usual tenant.
    pub(super) tenant: Option<i32>,
    pub(super) created_by: Option<Box<str>>,
    /// When the key was created and deleted, in milliseconds since 1970; the first only if it differs from the store.
    pub(super) created: Option<i64>,
    pub(super) updated_by: Option<Box<str>>,
    pub(super) deleted_by: Option<Box<str>>,
    pub(super) deleted: Option<i64>,
    /// The lists as the caller wrote them; valid while the store has the same elements.
    pub(super) allowed_apis: Option<Box<str>>,
    pub(super) allowed_orgs: Option<Box<str>>,
    /// The SHA-256 of the value that only the answer to the create returned, in hexadecimal digits.
    pub(super) value_digest: Option<Box<str>>,
    /// The property that is not in the reference.
    pub(super) label: Option<Box<str>>,
}

/// For a key that was not created through the site, only the owner is set.
pub(super) fn of(area: &Area, id: &str, owner: &str) -> Side {
    match serde_json::from_value(area.extras.get(id, NAME).clone()) {
        Ok(side) => side,
        Err(_) => Side { owner: owner.into(), ..Side::default() },
    }
}

pub(super) fn save(area: &mut Area, id: &str, side: &Side) -> Result<(), super::Failure> {
    let value = serde_json::to_value(side).map_err(|_| super::Failure::own())?;
    let saved = area.extras.set(area.store.database().connection(), id, NAME, value);
    saved.map_err(|_| super::Failure::own())
}
