//! The workspace database: a SQLite file or a schema on a PostgreSQL server, that holds the embedded store and what runs
//! must remember.
//!
//! Opened for writing it makes itself: folder, file, schema. Opened for reading it makes and changes nothing, so that
//! a dry run can not leave a trace.

mod error;
pub mod journal;
mod location;
mod lock;
mod memory;
mod postgres;
mod scripts;
mod sql;
mod sqlite;

use std::path::Path;
use std::path::PathBuf;

pub use error::DatabaseError;
pub use location::Location;
pub use lock::Holding;
pub use lock::Lock;
pub use lock::is_locked;
pub use lock::lock;
pub use memory::forget;
pub use memory::remembered;
pub use postgres::Server;
pub(crate) use sql::Connection;
pub(crate) use sql::Parameter;
pub(crate) use sql::Row;
pub(crate) use sql::SqlError;

use crate::store::Refusal;

/// What a database is opened for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Read,
    Write,
}

/// An open workspace database whose schema is known.
pub struct Database {
    connection: Connection,
    location: Location,
}

impl Database {
    /// Opens the database. For reading, one that does not exist, or that nothing was ever written to, is `None`.
    pub fn open(location: &Location, mode: Mode) -> Result<Option<Self>, DatabaseError> {
        let connection = match (location, mode) {
            (Location::File(path), Mode::Read) => sqlite::open::for_reading(path)?.map(Connection::Sqlite),
            (Location::File(path), Mode::Write) => Some(Connection::Sqlite(sqlite::open::for_writing(path)?)),
            (Location::Server(server), Mode::Read) => {
                postgres::for_reading(server)?.map(|session| Connection::Postgres(Box::new(session)))
            }
            (Location::Server(server), Mode::Write) => {
                Some(Connection::Postgres(Box::new(postgres::for_writing(server)?)))
            }
        };
        Ok(connection.map(|connection| Self { connection, location: location.clone() }))
    }

    /// Opens the SQLite file in `path`.
    pub fn in_file(path: &Path, mode: Mode) -> Result<Option<Self>, DatabaseError> {
        Self::open(&Location::file(path), mode)
    }

    /// From now on every write is made only as long as nobody has taken the lock over.
    #[must_use]
    pub fn guarded_by(mut self, lock: &Lock) -> Self {
        if let (Connection::Postgres(session), Some(fence)) = (&mut self.connection, lock.fence()) {
            session.set_fence(fence);
        }
        self
    }

    /// A database that lives as long as the value, for tests and sandboxes.
    pub fn in_memory() -> Result<Self, DatabaseError> {
        let path = PathBuf::from(":memory:");
        let connection = sqlite::open::in_memory().map_err(|error| DatabaseError::of(&path, error))?;
        Ok(Self { connection: Connection::Sqlite(connection), location: Location::File(path) })
    }

    /// For the parts of Keywright that keep tables of their own in it.
    pub(crate) const fn connection(&self) -> &Connection {
        &self.connection
    }

    pub const fn location(&self) -> &Location {
        &self.location
    }

    /// What the database said, with where it is.
    pub(crate) fn error(&self, error: SqlError) -> DatabaseError {
        DatabaseError::at(&self.location, error)
    }

    /// What the database said, as the answer of a store.
    pub(crate) fn refusal(&self, error: SqlError) -> Refusal {
        let error = self.error(error);
        Refusal::unavailable(format!("could not {error}")).help(error.help())
    }
}

#[cfg(test)]
mod tests;
