//! What runs remember of the stores' own ways: the fields that were not taken.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;

use super::Database;
use super::DatabaseError;
use crate::model::Digest;
use crate::outcome::Fate;
use crate::plan::Change;
use crate::plan::Remembered;
use crate::plan::remembered::Untaken;
use crate::plan::remembered::trace;

/// What a change has found out about its fields: not taken, or taken after all.
pub(super) struct Learned {
    address: String,
    fields: Vec<(String, Option<(Digest, Digest)>)>,
}

impl Learned {
    /// Nothing when the change did not come about, or when it is not known what was taken.
    pub(super) fn of(change: &Change, fate: &Fate) -> Option<Self> {
        let altered = match fate {
            Fate::Altered(altered) => altered.as_slice(),
            Fate::Done => &[],
            _ => return None,
        };
        let fields = change.fields.iter().map(|change| {
            let altered = altered.iter().find(|altered| altered.field == change.field);
            let untaken = altered.map(|altered| (trace(altered.wanted.as_ref()), trace(altered.held.as_ref())));
            (change.field.to_string(), untaken)
        });
        Some(Self { address: change.address.to_string(), fields: fields.collect() })
    }

    /// Whether there is something to remember, and not only to forget.
    pub(super) fn is_news(&self) -> bool {
        self.fields.iter().any(|(_, untaken)| untaken.is_some())
    }

    pub(super) fn note(&self, connection: &Connection, store: &str, run: i64) -> rusqlite::Result<()> {
        for (field, untaken) in &self.fields {
            match untaken {
                Some((wanted, held)) => {
                    let sql = "INSERT OR REPLACE INTO untaken (store, address, field, wanted, held, run)
                               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
                    let row = params![store, self.address, field, wanted.hex(), held.hex(), run];
                    connection.prepare_cached(sql)?.execute(row)?;
                }
                None => {
                    connection.prepare_cached(FORGET)?.execute(params![store, self.address, field])?;
                }
            }
        }
        Ok(())
    }
}

const FORGET: &str = "DELETE FROM untaken WHERE store = ?1 AND address = ?2 AND field = ?3";

/// All that is remembered of a store.
pub fn remembered(database: &Database, store: &str) -> Result<Remembered, DatabaseError> {
    all(database.connection(), store).map_err(|error| DatabaseError::of(database.path(), error))
}

/// Forgets what turned out otherwise. The database must be open for writing.
pub fn forget<'a>(
    database: &Database,
    store: &str,
    fields: impl IntoIterator<Item = &'a (String, String)>,
) -> Result<(), DatabaseError> {
    let connection = database.connection();
    let forgotten = fields.into_iter().try_for_each(|(address, field)| {
        connection.prepare_cached(FORGET)?.execute(params![store, address, field]).map(drop)
    });
    forgotten.map_err(|error| DatabaseError::of(database.path(), error))
}

fn all(connection: &Connection, store: &str) -> rusqlite::Result<Remembered> {
    // A database of an earlier version that was only opened for reading remembers nothing yet.
    let has = connection.query_row("SELECT 1 FROM sqlite_schema WHERE name = 'untaken'", [], |_| Ok(())).optional()?;
    if has.is_none() {
        return Ok(Remembered::default());
    }
    let mut statement = connection.prepare("SELECT address, field, wanted, held, run FROM untaken WHERE store = ?1")?;
    let mut rows = statement.query([store])?;
    let mut remembered = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let digest = |index| row.get::<_, String>(index).map(|text| Digest::from_hex(&text));
        // What can not be read is as good as forgotten: it is tried and told once more.
        if let (Some(wanted), Some(held)) = (digest(2)?, digest(3)?) {
            remembered.insert((row.get(0)?, row.get(1)?), Untaken { wanted, held, run: row.get(4)? });
        }
    }
    Ok(Remembered(remembered))
}
