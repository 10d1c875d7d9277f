//! Opens connections for writing and for reading.

use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;

use super::files;
use super::schema;
use crate::database::DatabaseError;
use crate::files::settled_folder;

/// How long a statement waits for another process to finish writing.
const PATIENCE: Duration = Duration::from_secs(10);

pub(in crate::database) fn for_writing(path: &Path) -> Result<Connection, DatabaseError> {
    let path = &settled_folder(path);
    files::refuse_emptied(path)?;
    files::make(path)?;
    let connection = writable(path).map_err(|error| DatabaseError::of(path, error))?;
    schema::migrate(&connection, path)?;
    // Only now: the file of another program must not be changed.
    set_up_writing(&connection).map_err(|error| DatabaseError::of(path, error))?;
    Ok(connection)
}

pub(in crate::database) fn in_memory() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    connection.pragma_update(None, "foreign_keys", true)?;
    schema::create(&connection)?;
    Ok(connection)
}

/// `None` if the file does not exist or is empty.
pub(in crate::database) fn for_reading(path: &Path) -> Result<Option<Connection>, DatabaseError> {
    let path = &settled_folder(path);
    let io_error = |error: io::Error| DatabaseError::Create { path: path.to_owned(), source: error };
    if !files::exists(path).map_err(io_error)? {
        return Ok(None);
    }
    files::refuse_emptied(path)?;
    let connection = readable(path).map_err(|error| DatabaseError::of(path, error))?;
    Ok(schema::is_known(&connection, path)?.then_some(connection))
}

/// Size of the cache for compiled statements; the embedded store has about forty.
const STATEMENTS: usize = 64;

fn writable(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, plain() | OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Overwrites what is deleted; otherwise it would stay in free pages.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn set_up_writing(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A change reported as done must survive a power cut.
    connection.pragma_update(None, "synchronous", "FULL")
}

/// A connection that cannot write data. SQLite itself must be able to write its side files; otherwise it cannot read
/// the log of a killed writer. Without that permission, and without such a log, the file is opened as immutable.
fn readable(path: &Path) -> rusqlite::Result<Connection> {
    match query_only(path) {
        Err(error) if is_denied(&error) && files::is_complete(path) => immutable(path),
        result => result,
    }
}

fn query_only(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, plain() | OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // By default the last connection moves the log of a killed writer into the file. A reader must not.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // The first access to the file: SQLite finds out only here whether it can read it.
    connection.pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0))?;
    Ok(connection)
}

/// Opens a file that no process is writing to, without side files.
pub(in crate::database) fn immutable(path: &Path) -> rusqlite::Result<Connection> {
    let path = &settled_folder(path);
    let flags = plain() | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(immutable_uri(path), flags)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// The `file:` URI of a path, with `?`, `#` and `%` escaped.
fn immutable_uri(path: &Path) -> String {
    let escaped = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{escaped}?immutable=1")
}

fn is_denied(error: &rusqlite::Error) -> bool {
    use ErrorCode::CannotOpen;
    use ErrorCode::PermissionDenied;
    use ErrorCode::ReadOnly;
    matches!(error.sqlite_error_code(), Some(CannotOpen | PermissionDenied | ReadOnly))
}

/// No part of the path may be a link, so that SQLite opens what was checked.
fn plain() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW
}
