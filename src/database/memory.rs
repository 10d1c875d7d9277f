//! What runs learned about the stores: the fields that they did not accept, and the objects that manifests declared.

mod applied;
mod deleted;
mod objects;
mod receipts;
mod revoked;
mod unrecorded;
mod untaken;

use std::collections::BTreeMap;

use super::Database;
use super::DatabaseError;
use super::creates;
use crate::model::FingerprintKey;
use crate::model::StoreKeys;
use crate::plan::Remembered;

pub use objects::recorded;
pub use objects::remember;
pub(super) use receipts::Attempt;
pub(super) use receipts::Delivered;
pub use receipts::DeliveryOf;
pub use receipts::delivered;
pub(super) use untaken::Learned;
pub use untaken::forget;

/// Everything remembered about the stores under this key. What was recorded under another key is unknown, and stays.
/// `in_journal` is what the journal calls the stores.
pub fn remembered(
    database: &Database,
    stores: &StoreKeys,
    in_journal: &str,
    key: Option<FingerprintKey>,
) -> Result<Remembered, DatabaseError> {
    let connection = database.connection();
    let read = || {
        let untaken = match &key {
            Some(key) => untaken::all(connection, stores, key)?,
            None => BTreeMap::new(),
        };
        let objects = objects::all(connection, stores)?;
        let applied = applied::all(connection, stores)?;
        let unrecorded = unrecorded::all(connection, stores.workspace(), in_journal)?;
        let deleted = deleted::all(connection, stores.workspace(), in_journal)?;
        let revoked = revoked::all(connection, stores.workspace(), in_journal)?;
        let receipts = receipts::all(connection, stores)?;
        let pending = creates::pending(connection, stores, key.as_ref())?;
        Ok(Remembered { untaken, objects, applied, unrecorded, deleted, revoked, receipts, pending, key: key.clone() })
    };
    read().map_err(|error| database.error(error))
}
