//! Changes that a store confirmed and that a run could not verify. A later run compares them again.

use crate::database::Database;
use crate::database::DatabaseError;
use crate::database::SqlError;

/// A change that is still unverified.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unverified {
    pub run: i64,
    /// The position of the change in the plan of its run, from 0.
    change: i64,
    pub address: String,
}

/// The unverified changes of the `stores`, as the journal names them, oldest first.
pub fn unverified(database: &Database, stores: &str) -> Result<Vec<Unverified>, DatabaseError> {
    let connection = database.connection();
    let read = || {
        if !connection.has_table("writes")? {
            return Ok(Vec::new());
        }
        let sql = "SELECT w.run, w.change, w.address FROM writes w JOIN runs r ON r.number = w.run
                   WHERE w.fate = 'unverified' AND r.store = ?1 ORDER BY w.run, w.change";
        connection.all(sql, &[&stores], |row| {
            Ok::<_, SqlError>(Unverified {
                run: row.number(0)?,
                change: row.number(1)?,
                address: row.text(2)?.to_owned(),
            })
        })
    };
    read().map_err(|error| database.error(error))
}

/// Records that the store holds what these changes wrote. The database must be open for writing.
pub fn verified(database: &Database, changes: &[Unverified]) -> Result<(), DatabaseError> {
    let sql = "UPDATE writes SET fate = 'done', reason = NULL WHERE run = ?1 AND change = ?2 AND fate = 'unverified'";
    let recorded = database.connection().transaction(|connection| {
        changes.iter().try_for_each(|change| connection.execute(sql, &[&change.run, &change.change]))
    });
    recorded.map_err(|error| database.error(error))
}
