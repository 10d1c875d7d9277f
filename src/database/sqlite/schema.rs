//! The tables, and how a database gets from one version of them to the next.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::Transaction;
use rusqlite::TransactionBehavior;

use crate::database::DatabaseError;
use crate::database::scripts::KNOWN;
use crate::database::scripts::SCRIPTS;

/// Marks a SQLite file as Keywright's: `KWdb`.
const APPLICATION_ID: i64 = 0x4b57_6462;

/// Brings a database that is open for writing to the newest version.
pub(in crate::database) fn migrate(connection: &Connection, path: &Path) -> Result<(), DatabaseError> {
    let failed = |error| DatabaseError::of(path, error);
    // The lock is taken before the version is read, so that of two first runs only one makes the tables.
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(failed)?;
    let version = version(&transaction, path)?;
    upgrade(&transaction, version).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// Makes all tables in an empty database.
pub(in crate::database) fn create(connection: &Connection) -> rusqlite::Result<()> {
    upgrade(connection, 0)
}

/// Whether there is a schema in a database that is open for reading; what is not Keywright's is an error.
pub(in crate::database) fn is_known(connection: &Connection, path: &Path) -> Result<bool, DatabaseError> {
    Ok(version(connection, path)? > 0)
}

fn upgrade(connection: &Connection, from: i64) -> rusqlite::Result<()> {
    if from == KNOWN {
        return Ok(());
    }
    for script in &SCRIPTS[usize::try_from(from).unwrap_or(0)..] {
        connection.execute_batch(script)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", KNOWN)
}

/// The version of the schema; 0 for a database without any table.
fn version(connection: &Connection, path: &Path) -> Result<i64, DatabaseError> {
    let number = |pragma| {
        connection
            .pragma_query_value(None, pragma, |row| row.get::<_, i64>(0))
            .map_err(|error| DatabaseError::of(path, error))
    };
    let (application, found) = (number("application_id")?, number("user_version")?);
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| DatabaseError::of(path, error))?;
    match (application, found) {
        (APPLICATION_ID, _) if found > KNOWN => {
            Err(DatabaseError::Newer { database: path.display().to_string(), found, known: KNOWN })
        }
        (APPLICATION_ID, 1..) => Ok(found),
        (0, 0) if tables == 0 => Ok(0),
        _ => Err(DatabaseError::Foreign { path: path.to_owned() }),
    }
}
