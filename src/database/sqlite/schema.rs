//! The tables in a file, and their migrations.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::Transaction;
use rusqlite::TransactionBehavior;

use crate::database::DatabaseError;
use crate::database::scripts::KEYED;
use crate::database::scripts::KNOWN;
use crate::database::scripts::SCRIPTS;

/// Marks a SQLite file as Keywright's: `KWdb`.
const APPLICATION_ID: i64 = 0x4b57_6462;

/// Brings a database that is open for writing to the newest version.
pub(in crate::database) fn migrate(connection: &Connection, path: &Path) -> Result<(), DatabaseError> {
    let failed = |error| DatabaseError::of(path, error);
    let has_digests = (1..KEYED).contains(&version(connection, path)?);
    if has_digests {
        // Free pages may contain rows that were deleted long ago.
        connection.execute_batch("VACUUM").map_err(failed)?;
    }
    // Takes the lock before it reads the version, so that of two first runs only one creates the tables.
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(failed)?;
    let version = version(&transaction, path)?;
    upgrade(&transaction, version).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    if has_digests {
        // The log still contains the old pages.
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(failed)?;
    }
    Ok(())
}

/// Creates all tables in an empty database.
pub(in crate::database) fn create(connection: &Connection) -> rusqlite::Result<()> {
    upgrade(connection, 0)
}

/// Whether a database that is open for reading has a schema. A file of another program is an error.
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

/// The version of the schema; 0 for a database without tables.
fn version(connection: &Connection, path: &Path) -> Result<i64, DatabaseError> {
    let failed = |error| DatabaseError::of(path, error);
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).map_err(failed);
    let (application, found) = (number("application_id")?, number("user_version")?);
    let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    let tables = tables.map_err(failed)?;
    match (application, found) {
        (APPLICATION_ID, _) if found > KNOWN => {
            Err(DatabaseError::Newer { database: path.display().to_string(), found, known: KNOWN })
        }
        (APPLICATION_ID, 1..) => Ok(found),
        (0, 0) if tables == 0 => Ok(0),
        _ => Err(DatabaseError::Foreign { path: path.to_owned() }),
    }
}
