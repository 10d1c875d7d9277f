//! The workspace database: one SQLite file that holds the embedded store, and what runs must remember.
//!
//! Opened for writing it makes itself: folder, file, schema. Opened for reading it makes and changes nothing, so that
//! a dry run can not leave a trace.

mod error;
mod files;
pub mod journal;
mod lock;
mod memory;
mod open;
mod schema;

use std::path::Path;
use std::path::PathBuf;

use rusqlite::Connection;

pub use error::DatabaseError;
pub use lock::Lock;
pub use lock::is_locked;
pub use lock::lock;
pub use memory::forget;
pub use memory::remembered;

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
    path: PathBuf,
}

impl Database {
    /// Opens the database in `path`. For reading, a file that does not exist, or that nothing was ever written to, is
    /// `None`.
    pub fn open(path: &Path, mode: Mode) -> Result<Option<Self>, DatabaseError> {
        let connection = match mode {
            Mode::Read => open::for_reading(path)?,
            Mode::Write => Some(open::for_writing(path)?),
        };
        Ok(connection.map(|connection| Self { connection, path: path.to_owned() }))
    }

    /// A database that lives as long as the value, for tests and sandboxes.
    pub fn in_memory() -> Result<Self, DatabaseError> {
        let path = PathBuf::from(":memory:");
        let connection = open::in_memory().map_err(|error| DatabaseError::of(&path, error))?;
        Ok(Self { connection, path })
    }

    /// For the parts of Keywright that keep tables of their own in it.
    pub(crate) const fn connection(&self) -> &Connection {
        &self.connection
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What SQLite said, as the answer of a store.
    pub(crate) fn refusal(&self, error: rusqlite::Error) -> Refusal {
        let error = DatabaseError::of(&self.path, error);
        Refusal::unavailable(format!("could not {error}")).help(error.help())
    }
}

#[cfg(test)]
mod tests;
