//! Finds, opens and locks the workspace database.

use std::path::PathBuf;
use std::time::Duration;

use super::remotes::secret;
use crate::cli::Console;
use crate::cli::Exit;
use crate::cli::Failure;
use crate::cli::trust;
use crate::database;
use crate::database::Database;
use crate::database::DatabaseError;
use crate::database::Location;
use crate::database::Lock;
use crate::database::Mode;
use crate::database::Server;
use crate::files;
use crate::files::Refused;
use crate::files::Tracked;
use crate::model::Instant;
use crate::model::Secret;
use crate::source::Loaded;
use crate::workspace::DatabaseAt;

/// The location of the workspace database, with the password if it is on a server.
pub(in crate::cli) fn location(loaded: &Loaded, console: &Console<'_>) -> Result<Location, Failure> {
    let (url, schema, password) = match &loaded.workspace.database {
        DatabaseAt::File(path) => return file(path, loaded, console).map(Location::File),
        DatabaseAt::Server { url, schema, password } => (url, schema, password),
    };
    let password = match password {
        Some(source) => Some(secret(source, "the database", loaded, console)?),
        // The variable that all PostgreSQL clients use.
        None => console.environment.get("PGPASSWORD").map(|password| Secret::new(password.as_str())),
    };
    let server = Server::new(url, schema, password.as_ref()).map_err(|cause| {
        Failure::new(format!("could not use the address of the database: {cause}")).help(database::SERVER_HELP)
    })?;
    Ok(Location::Server(Box::new(server)))
}

/// The SQLite file that the settings name. No link leads to it, and Git does not track it.
fn file(path: &str, loaded: &Loaded, console: &Console<'_>) -> Result<PathBuf, Failure> {
    let failed = |cause: &str| Failure::new(format!("could not use the database {path}: {cause}"));
    let found = files::database(&loaded.root, path, may_leave(loaded, console)).map_err(|refused| match refused {
        Refused::Outside => failed("it is outside the workspace")
            .help("choose a file inside the workspace, a server (postgres://user@host/database), or settings of a protected branch with --trust"),
        refused => failed(&refused.to_string()).help("remove it, or choose another file in `database:`"),
    })?;
    if !files::is_ignored(&found) {
        return Err(failed("the .gitignore in its folder does not ignore it").help("write only the line `*` there"));
    }
    let tracked = Tracked::below(found.parent().unwrap_or(&loaded.root)).map_err(|error| {
        failed(&format!("could not find out whether Git tracks it: could not {error}")).help(error.help())
    })?;
    let Some(recorded) = files::files_of(&found).find(|file| tracked.holds(file)) else { return Ok(found) };
    let name = recorded.strip_prefix(files::settled(&loaded.root)).unwrap_or(&recorded).display().to_string();
    Err(failed(&format!("Git tracks {name}, and it contains keys")).help(format!(
        "run `git rm --cached {name}`, add it to .gitignore, and commit; replace the keys, because they were committed"
    )))
}

/// Whether the database may be outside the workspace: not if the author of a pull request could have chosen its path.
fn may_leave(loaded: &Loaded, console: &Console<'_>) -> bool {
    let root = files::normal(&loaded.root);
    // A checkout in CI may come without its repository.
    let is_checkout = trust::is_pipeline(&console.environment) || root.ancestors().any(|at| at.join(".git").exists());
    loaded.trusted.is_some() || !is_checkout
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

/// The database at a place, if there is one.
pub(super) fn for_reading(location: Option<&Location>) -> Result<Option<Database>, Failure> {
    location.map_or(Ok(None), open_for_reading)
}

/// The database, opened for reading. `None` if there is none yet.
pub(in crate::cli) fn open_for_reading(location: &Location) -> Result<Option<Database>, Failure> {
    Database::open(location, Mode::Read).map_err(|error| Failure::of_database(&error))
}
