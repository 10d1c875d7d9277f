//! The workspace database: a SQLite file, or a schema on a PostgreSQL server. It holds the embedded store and the
//! history of runs. Opening it for writing creates the folder, the file and the schema. Opening it for reading changes
//! nothing, so a dry run leaves no trace.

pub mod creates;
mod error;
pub mod journal;
mod key_file;
mod location;
mod lock;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod scripts;
mod sql;
mod sqlite;
#[cfg(not(feature = "postgres"))]
mod without_postgres;

use std::path::Path;
use std::path::PathBuf;

pub use error::DatabaseError;
pub use key_file::key_file;
pub use key_file::make_key;
pub use key_file::read_key;
pub use location::Location;
pub use lock::Guard;
pub use lock::Holding;
pub use lock::Lock;
pub use lock::is_locked;
pub use lock::lock;
pub use memory::DeliveryOf;
pub use memory::delivered;
pub use memory::forget;
pub use memory::recorded;
pub use memory::remember;
pub use memory::remembered;
pub use postgres::SERVER_HELP;
pub use postgres::Server;
pub(crate) use sql::Connection;
pub(crate) use sql::Parameter;
pub(crate) use sql::Row;
pub(crate) use sql::SqlError;
#[cfg(not(feature = "postgres"))]
use without_postgres as postgres;

use crate::model::Instant;
use crate::store::Refusal;

/// The version of the layout: how many scripts made it.
pub const VERSION: i64 = scripts::KNOWN;

/// The purpose of opening a database.
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
    /// Opens the database. For reading, `None` if it does not exist or is empty.
    pub fn open(location: &Location, mode: Mode) -> Result<Option<Self>, DatabaseError> {
        let connection = match (location, mode) {
            (Location::File(path), Mode::Read) => {
                sqlite::open::for_reading(path)?.map(|connection| Connection::Sqlite(connection.into()))
            }
            (Location::File(path), Mode::Write) => Some(Connection::Sqlite(sqlite::open::for_writing(path)?.into())),
            (Location::Server(server), Mode::Read) => {
                postgres::for_reading(server)?.map(|session| Connection::Postgres(Box::new(session)))
            }
            (Location::Server(server), Mode::Write) => {
                Some(Connection::Postgres(Box::new(postgres::for_writing(server)?)))
            }
        };
        Ok(connection.map(|connection| Self { connection, location: location.clone() }))
    }

    /// The role that runs sign in with, if the server at `location` writes the values of their statements to its log.
    pub fn role_with_logged_values(location: &Location) -> Result<Option<String>, DatabaseError> {
        match location {
            Location::File(_) => Ok(None),
            Location::Server(server) => postgres::role_with_logged_values(server),
        }
    }

    /// Opens the SQLite file at `path`.
    pub fn in_file(path: &Path, mode: Mode) -> Result<Option<Self>, DatabaseError> {
        Self::open(&Location::file(path), mode)
    }

    /// Makes every later write fail once the lock is lost.
    #[must_use]
    pub fn guarded_by(mut self, lock: &Lock) -> Self {
        match (&mut self.connection, lock) {
            (Connection::Postgres(session), Lock::Server(_)) => session.fence = lock.fence(),
            (Connection::Sqlite(file), Lock::File(held)) => file.lock = Some(held.clone()),
            _ => {}
        }
        self
    }

    /// A temporary database, for tests and sandboxes.
    pub fn in_memory() -> Result<Self, DatabaseError> {
        let path = PathBuf::from(":memory:");
        let connection = sqlite::open::in_memory().map_err(|error| DatabaseError::of(&path, error))?;
        Ok(Self { connection: Connection::Sqlite(connection.into()), location: Location::File(path) })
    }

    /// The time of the server. `None` for a file, which has no clock of its own.
    pub fn time(&self) -> Result<Option<Instant>, DatabaseError> {
        match &self.connection {
            Connection::Sqlite(_) => Ok(None),
            Connection::Postgres(session) => postgres::time(session).map_err(|error| self.error(error)),
        }
    }

    /// The program behind the database, with its version.
    pub fn engine(&self) -> Result<String, DatabaseError> {
        match &self.connection {
            Connection::Sqlite(_) => Ok(format!("SQLite {}", rusqlite::version())),
            Connection::Postgres(session) => {
                let version = postgres::version(session).map_err(|error| self.error(error))?;
                Ok(format!("PostgreSQL {version}"))
            }
        }
    }

    /// For the parts of Keywright that keep their own tables here.
    pub(crate) const fn connection(&self) -> &Connection {
        &self.connection
    }

    pub const fn location(&self) -> &Location {
        &self.location
    }

    /// Adds the location to an error.
    pub(crate) fn error(&self, error: SqlError) -> DatabaseError {
        DatabaseError::at(&self.location, error)
    }

    /// Turns an error into the answer of a store.
    pub(crate) fn refusal(&self, error: SqlError) -> Refusal {
        let error = self.error(error);
        Refusal::unavailable(format!("could not {error}")).help(error.help())
    }
}

#[cfg(test)]
mod tests;
