//! What runs learned about a store: the fields that it did not accept.

use std::collections::BTreeMap;

use super::Connection;
use super::Database;
use super::DatabaseError;
use super::Parameter;
use super::SqlError;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::outcome::ChangeResult;
use crate::plan::Change;
use crate::plan::Remembered;
use crate::plan::remembered::Untaken;
use crate::plan::remembered::trace;

/// What a change learned about its fields: rejected, or accepted after all.
pub(super) struct Learned {
    address: String,
    fields: Vec<(String, Option<(Fingerprint, Fingerprint)>)>,
}

impl Learned {
    /// `None` if the change did not happen, or if it is unknown which fields the store accepted.
    pub(super) fn of(change: &Change, fate: &ChangeResult, key: &FingerprintKey) -> Option<Self> {
        let altered = match fate {
            ChangeResult::Altered(altered) => altered.as_slice(),
            ChangeResult::Done => &[],
            _ => return None,
        };
        let fields = change.fields.iter().map(|change| {
            let altered = altered.iter().find(|altered| altered.field == change.field);
            let untaken =
                altered.map(|altered| (trace(key, altered.wanted.as_ref()), trace(key, altered.held.as_ref())));
            (change.field.to_string(), untaken)
        });
        Some(Self { address: change.address.to_string(), fields: fields.collect() })
    }

    /// Whether there is something to remember, not only to forget.
    pub(super) fn is_news(&self) -> bool {
        self.fields.iter().any(|(_, untaken)| untaken.is_some())
    }

    pub(super) fn note(&self, connection: &Connection, store: &str, run: i64) -> Result<(), SqlError> {
        for (field, untaken) in &self.fields {
            match untaken {
                Some((wanted, held)) => {
                    let sql = "INSERT INTO untaken (store, address, field, wanted, held, run)
                               VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                               ON CONFLICT (store, address, field) DO UPDATE
                               SET wanted = excluded.wanted, held = excluded.held, run = excluded.run";
                    let (wanted, held) = (wanted.as_str(), held.as_str());
                    let row: [&dyn Parameter; 6] = [&store, &self.address, field, &wanted, &held, &run];
                    connection.execute(sql, &row)?;
                }
                None => connection.execute(FORGET, &[&store, &self.address, field])?,
            }
        }
        Ok(())
    }
}

const FORGET: &str = "DELETE FROM untaken WHERE store = ?1 AND address = ?2 AND field = ?3";

/// Everything remembered about a store under this key. What was recorded under another key is unknown, and stays.
pub fn remembered(database: &Database, store: &str, key: FingerprintKey) -> Result<Remembered, DatabaseError> {
    all(database.connection(), store, key).map_err(|error| database.error(error))
}

/// Forgets fields that turned out differently. The database must be open for writing.
pub fn forget(database: &Database, store: &str, fields: &[&(String, String)]) -> Result<(), DatabaseError> {
    let forgotten = database.connection().transaction(|connection| {
        fields.iter().try_for_each(|(address, field)| connection.execute(FORGET, &[&store, address, field]))
    });
    forgotten.map_err(|error| database.error(error))
}

fn all(connection: &Connection, store: &str, key: FingerprintKey) -> Result<Remembered, SqlError> {
    let mut untaken = BTreeMap::new();
    if !connection.has_table("untaken")? {
        return Ok(Remembered::default());
    }
    let sql = "SELECT address, field, wanted, held, run FROM untaken WHERE store = ?1";
    connection.each(sql, &[&store], |row| {
        let fingerprint = |column| {
            let found = row.text(column).map(Fingerprint::parse);
            found.map(|found| found.filter(|found| key.made(found)))
        };
        // An unreadable row counts as forgotten: the next run tries the field and reports it again.
        if let (Some(wanted), Some(held)) = (fingerprint(2)?, fingerprint(3)?) {
            let name = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
            untaken.insert(name, Untaken { wanted, held, run: row.number(4)? });
        }
        Ok(())
    })?;
    Ok(Remembered { untaken, key: Some(key) })
}
