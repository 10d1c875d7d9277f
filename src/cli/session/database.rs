//! Finds, opens and locks the workspace database.

use std::time::Duration;

use super::remotes::secret;
use crate::cli::Console;
use crate::cli::Exit;
use crate::cli::Failure;
use crate::database;
use crate::database::Database;
use crate::database::DatabaseError;
use crate::database::Location;
use crate::database::Lock;
use crate::database::Mode;
use crate::database::Server;
use crate::model::Instant;
use crate::model::Secret;
use crate::source::Loaded;
use crate::workspace::DatabaseAt;

/// The location of the workspace database, with the password if it is on a server.
pub(in crate::cli) fn location(loaded: &Loaded, console: &Console<'_>) -> Result<Location, Failure> {
    let (url, schema, password) = match &loaded.workspace.database {
        DatabaseAt::File(path) => return Ok(Location::File(loaded.root.join(&**path))),
        DatabaseAt::Server { url, schema, password } => (url, schema, password),
    };
    let password = match password {
        Some(source) => Some(secret(source, "the database", loaded, console)?),
        // The variable that all PostgreSQL clients use.
        None => console.environment.get("PGPASSWORD").map(|password| Secret::new(password.as_str())),
    };
    let server = Server::new(url, schema, password.as_ref()).map_err(|cause| {
        Failure::new(format!("could not parse the address of the database: {cause}"))
            .help("write postgres://user@host/database under `database:` in keywright.yaml")
    })?;
    Ok(Location::Server(Box::new(server)))
}

/// Locks the workspace. Creates the database first, because the lock is next to it.
pub(super) fn locked(location: &Location, timeout: Duration, now: Instant) -> Result<Lock, Failure> {
    Database::open(location, Mode::Write).map_err(|error| Failure::of_database(&error))?;
    database::lock(location, timeout, now).map_err(|error| {
        let exit = if matches!(error, DatabaseError::Locked { .. }) { Exit::Locked } else { Exit::Error };
        Failure { exit, ..Failure::of_database(&error) }
    })
}

/// The database, opened for writing. Writes fail once another run takes over the lock.
pub(in crate::cli) fn open(location: &Location, lock: Option<&Lock>) -> Result<Database, Failure> {
    let database = Database::open(location, Mode::Write).map_err(|error| Failure::of_database(&error))?;
    let database = database.ok_or_else(|| Failure::new("could not open the workspace database"))?;
    Ok(lock.into_iter().fold(database, Database::guarded_by))
}

/// The database, opened for reading. `None` if there is none yet.
pub(in crate::cli) fn open_for_reading(location: &Location) -> Result<Option<Database>, Failure> {
    Database::open(location, Mode::Read).map_err(|error| Failure::of_database(&error))
}
