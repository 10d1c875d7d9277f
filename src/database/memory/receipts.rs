//! The deliveries that succeeded, and the creates of keys that may not have been followed by one.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::database::Connection;
use crate::database::Database;
use crate::database::DatabaseError;
use crate::database::Parameter;
use crate::database::SqlError;
use crate::model::Delivery;
use crate::model::Fingerprint;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::StoreKeys;
use crate::plan::Receipt;
use crate::plan::Receipts;

/// A delivery that has just succeeded.
pub(in crate::database) struct Delivered {
    pub(in crate::database) address: String,
    pub(in crate::database) to: Delivery,
    pub(in crate::database) value: Fingerprint,
    /// Milliseconds since 1970 in UTC.
    pub(in crate::database) at: i64,
}

impl Delivered {
    /// A place holds one value, so the receipts of former values go.
    pub(in crate::database) fn note(
        &self,
        connection: &Connection,
        stores: &StoreKeys,
        run: i64,
    ) -> Result<(), SqlError> {
        let (workspace, store) = (stores.workspace(), stores.of(Kind::PackageKey));
        let Delivery { file, variable } = &self.to;
        let sql = "DELETE FROM receipts WHERE workspace = ?1 AND store = ?2 AND file = ?3 AND variable = ?4";
        connection.execute(sql, &[&workspace, &store, file, variable])?;
        let sql = "INSERT INTO receipts (workspace, store, file, variable, value, address, run, at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let value = self.value.as_str();
        let row: [&dyn Parameter; 8] = [&workspace, &store, file, variable, &value, &self.address, &run, &self.at];
        connection.execute(sql, &row)
    }
}

pub(super) fn all(connection: &Connection, stores: &StoreKeys) -> Result<Receipts, SqlError> {
    // A database that is open for reading may be older than the table.
    if !connection.has_table("receipts")? {
        return Ok(Receipts::default());
    }
    let (mut places, mut elsewhere) = (BTreeMap::new(), BTreeSet::new());
    let sql = "SELECT file, variable, value, at FROM receipts WHERE store = ?1 AND (workspace = ?2 OR file = '')";
    connection.each(sql, &[&stores.of(Kind::PackageKey), &stores.workspace()], |row| {
        let to = Delivery { file: row.text(0)?.into(), variable: row.text(1)?.into() };
        match Fingerprint::parse(row.text(2)?) {
            Some(value) if to.file.is_empty() => drop(elsewhere.insert(value)),
            Some(value) => {
                let at = Instant::from_timestamp_millis(row.number(3)?).unwrap_or(Instant::MAX_UTC);
                places.insert(to, Receipt { value, at });
            }
            None => {}
        }
        Ok(())
    })?;
    Ok(Receipts { are_kept: true, places, elsewhere, doubtful: doubtful(connection)? })
}

/// The keys whose create was interrupted, failed, or was not followed by the delivery. What a run that came to its end created
/// is in the memory of objects.
fn doubtful(connection: &Connection) -> Result<BTreeSet<Box<str>>, SqlError> {
    let mut addresses = BTreeSet::new();
    let sql =
        "SELECT address FROM writes WHERE action = 'create' AND (fate IS NULL OR fate NOT IN ('done', 'altered'))";
    connection.each(sql, &[], |row| {
        addresses.insert(row.text(0)?.into());
        Ok(())
    })?;
    Ok(addresses)
}

/// The deliveries of a run that no later run has repeated: address, file and variable.
pub fn delivered(database: &Database, run: i64) -> Result<Vec<(String, String, String)>, DatabaseError> {
    let connection = database.connection();
    let read = || {
        if !connection.has_table("receipts")? {
            return Ok(Vec::new());
        }
        let sql = "SELECT address, file, variable FROM receipts WHERE run = ?1 AND file <> '' ORDER BY address, file";
        connection.all(sql, &[&run], |row| {
            Ok::<_, SqlError>((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.text(2)?.to_owned()))
        })
    };
    read().map_err(|error| database.error(error))
}
