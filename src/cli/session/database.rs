//! Where the workspace database is, and how it is opened and locked.

use std::time::Duration;

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
use crate::secrets;
use crate::source::Loaded;
use crate::workspace::DatabaseAt;

/// Where the database of the workspace is, with the password of a server.
pub(in crate::cli) fn location(loaded: &Loaded, console: &Console<'_>) -> Result<Location, Failure> {
    let (url, schema, password) = match &loaded.workspace.database {
        DatabaseAt::File(path) => return Ok(Location::File(loaded.root.join(&**path))),
        DatabaseAt::Server { url, schema, password } => (url, schema, password),
    };
    let folders = &loaded.workspace.environment.folders;
    let password = match password {
        Some(source) => {
            let read = secrets::credential(source, &loaded.root, &console.environment, folders);
            Some(read.map_err(|problem| {
                let failure = Failure::new(format!("could not sign in to the database: {}", problem.message));
                Failure { help: problem.help, ..failure }
            })?)
        }
        // The name under which every PostgreSQL program looks for it.
        None => console.environment.get("PGPASSWORD").map(|password| Secret::new(password.as_str())),
    };
    let server = Server::new(url, schema, password.as_ref()).map_err(|cause| {
        Failure::new(format!("could not understand the address of the database: {cause}"))
            .help("write it like postgres://user@host/database under `database:` in keywright.yaml")
    })?;
    Ok(Location::Server(Box::new(server)))
}

/// Keeps other runs out of the workspace. Makes the database, because the lock is beside it.
pub(super) fn locked(location: &Location, patience: Duration, now: Instant) -> Result<Lock, Failure> {
    Database::open(location, Mode::Write).map_err(|error| Failure::of_database(&error))?;
    database::lock(location, patience, now).map_err(|error| {
        let exit = if matches!(error, DatabaseError::Locked { .. }) { Exit::Locked } else { Exit::Error };
        Failure { exit, ..Failure::of_database(&error) }
    })
}

/// The database, open for writing as long as nobody takes the lock over.
pub(in crate::cli) fn open(location: &Location, lock: Option<&Lock>) -> Result<Database, Failure> {
    let database = Database::open(location, Mode::Write).map_err(|error| Failure::of_database(&error))?;
    let database = database.ok_or_else(|| Failure::new("could not open the workspace database"))?;
    Ok(lock.into_iter().fold(database, Database::guarded_by))
}

/// The database, open for reading. Nothing when there is none yet.
pub(in crate::cli) fn look(location: &Location) -> Result<Option<Database>, Failure> {
    Database::open(location, Mode::Read).map_err(|error| Failure::of_database(&error))
}
