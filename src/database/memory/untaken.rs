//! The fields that a store did not accept.

use std::collections::BTreeMap;

use crate::database::Connection;
use crate::database::Database;
use crate::database::DatabaseError;
use crate::database::Parameter;
use crate::database::SqlError;
use crate::model::Address;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::Kind;
use crate::model::Secret;
use crate::model::StoreKeys;
use crate::outcome::ChangeResult;
use crate::plan::Change;
use crate::plan::remembered::Untaken;
use crate::plan::remembered::VALUE;
use crate::plan::remembered::trace;

/// What a change learned about its fields: rejected, or accepted after all.
pub(in crate::database) struct Learned {
    kind: Kind,
    address: String,
    fields: Vec<(String, Option<(Fingerprint, Fingerprint)>)>,
}

impl Learned {
    /// `None` if the change did not happen, or if it is unknown which fields the store accepted.
    pub(in crate::database) fn of(change: &Change, fate: &ChangeResult, key: &FingerprintKey) -> Option<Self> {
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
        Some(Self { kind: change.address.kind(), address: change.address.to_string(), fields: fields.collect() })
    }

    /// The value that the store gave a new key instead of the one that was sent.
    pub(in crate::database) fn of_value(change: &Change, live: &Secret, key: &FingerprintKey) -> Self {
        let held = key.of_value(live);
        let fields = vec![(VALUE.to_owned(), Some((held.clone(), held)))];
        Self { kind: change.address.kind(), address: change.address.to_string(), fields }
    }

    /// Whether there is something to remember, not only to forget.
    pub(in crate::database) fn is_news(&self) -> bool {
        self.fields.iter().any(|(_, untaken)| untaken.is_some())
    }

    pub(in crate::database) fn note(
        &self,
        connection: &Connection,
        stores: &StoreKeys,
        run: i64,
    ) -> Result<(), SqlError> {
        let store = stores.of(self.kind);
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

/// Forgets fields that turned out differently. The database must be open for writing.
pub fn forget(
    database: &Database,
    stores: &StoreKeys,
    fields: &[(&Address, &(String, String))],
) -> Result<(), DatabaseError> {
    let forgotten = database.connection().transaction(|connection| {
        fields.iter().try_for_each(|(found, (address, field))| {
            connection.execute(FORGET, &[&stores.of(found.kind()), address, field])
        })
    });
    forgotten.map_err(|error| database.error(error))
}

pub(super) fn all(
    connection: &Connection,
    stores: &StoreKeys,
    key: &FingerprintKey,
) -> Result<BTreeMap<(String, String), Untaken>, SqlError> {
    let mut untaken = BTreeMap::new();
    if !connection.has_table("untaken")? {
        return Ok(untaken);
    }
    let sql = "SELECT address, field, wanted, held, run FROM untaken WHERE store = ?1";
    for store in stores.all() {
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
    }
    Ok(untaken)
}
