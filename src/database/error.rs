//! Why a workspace database cannot be used, and the next step.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use super::Location;
use super::Server;
use super::SqlError;
use super::scripts::KNOWN;

/// Completes the sentence "could not …".
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("create the folder {} for the database: {source}", folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error("create the database {}: {source}", path.display())]
    Create { path: PathBuf, source: io::Error },
    #[error("open the database {}: {source}", path.display())]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error(
        "read the database {}: the file is empty, but {} shows that it had content",
        path.display(),
        trace.display()
    )]
    Emptied { path: PathBuf, trace: PathBuf },
    #[error("read the database {}: not a Keywright database", path.display())]
    Foreign { path: PathBuf },
    #[error("read the database {}: the file is damaged ({source})", path.display())]
    Damaged { path: PathBuf, source: rusqlite::Error },
    #[error(
        "open the database {database}: it has version {found}, but this Keywright supports only versions up to {known}"
    )]
    Newer { database: String, found: i64, known: i64 },
    #[error("use the database {}: another process is writing to it", path.display())]
    Busy { path: PathBuf },
    #[error("take the lock of the database {database}: {holder} holds it")]
    Locked { database: String, holder: String },
    #[error("take the lock of the database {database}: {cause}")]
    Lock { database: String, cause: String },
    #[error("start the journal in the database {database}: {source}")]
    Journal { database: String, source: io::Error },
    #[error("use the key for fingerprints in {}: {source}", path.display())]
    Key { path: PathBuf, source: io::Error },
    #[error("create the key for fingerprints in {}: {source}", path.display())]
    NewKey { path: PathBuf, source: io::Error },
    #[error("write the journal: its writer has ended")]
    Ended,
    #[error("write the database {}: the disk is full", path.display())]
    Full { path: PathBuf },
    #[error("use the database {}: {source}", path.display())]
    Failed { path: PathBuf, source: rusqlite::Error },
    #[error("read the database {database}: {cause}")]
    Unreadable { database: String, cause: String },
    #[error("connect to the database {database}: {cause}")]
    Connect { database: String, cause: String },
    #[error("use the database {database}: {cause}")]
    ForeignSchema { database: String, cause: String },
    #[error("use the database {database}: {cause}")]
    Server { database: String, cause: String },
    #[error("write the database {database}: {cause}")]
    LockLost { database: String, cause: String },
}

impl DatabaseError {
    /// An error from the database at `location`.
    pub(super) fn at(location: &Location, error: SqlError) -> Self {
        match (location, error) {
            (Location::File(path), SqlError::Sqlite(source)) => Self::of(path, source),
            (Location::File(path), error @ SqlError::LockFileLost { .. }) => {
                Self::LockLost { database: path.display().to_string(), cause: error.to_string() }
            }
            (Location::File(path), error) => {
                Self::Unreadable { database: path.display().to_string(), cause: error.to_string() }
            }
            (Location::Server(server), error) => Self::on(server, error),
        }
    }

    /// An error from a server.
    pub(super) fn on(server: &Server, error: SqlError) -> Self {
        let (database, cause) = (server.name().to_owned(), server.masked(&error.to_string()));
        match error {
            SqlError::Unreadable { .. } => Self::Unreadable { database, cause },
            SqlError::LockLost { .. } => Self::LockLost { database, cause },
            SqlError::ForeignSchema { .. } => Self::ForeignSchema { database, cause },
            SqlError::Newer { found } => Self::Newer { database, found, known: KNOWN },
            _ => Self::Server { database, cause },
        }
    }

    /// An error from SQLite about the file at `path`.
    pub(super) fn of(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, source },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::CannotOpen) => Self::Open { path, source },
            _ => Self::Failed { path, source },
        }
    }

    /// The next step.
    pub fn help(&self) -> String {
        match self {
            Self::Folder { folder, .. } => {
                format!("make {} writable, or choose another place in `database:`", folder.display())
            }
            Self::Create { path, .. } | Self::Open { path, .. } => {
                format!("check that {} is a file that you can read and write", path.display())
            }
            Self::Emptied { path, .. } => {
                format!("restore it from a backup; to start with an empty database instead, delete {}", path.display())
            }
            Self::Foreign { path } => {
                format!("choose another file in `database:`, or move {} away", path.display())
            }
            Self::Damaged { .. } | Self::Unreadable { .. } => {
                "restore it from a backup, or move it away to start with an empty store".to_owned()
            }
            Self::Journal { .. } => "check that the system can start another thread, then try again".to_owned(),
            Self::Key { path, .. } => format!(
                "restore {}, or move it away: the next apply creates a new key, and earlier fingerprints become unknown",
                path.display()
            ),
            Self::NewKey { .. } => {
                "make its folder writable, or name a key in `fingerprints:` in keywright.yaml".to_owned()
            }
            Self::Ended => "run again: it continues from the current state".to_owned(),
            Self::Newer { .. } => "use the version of Keywright that wrote it, or a newer one".to_owned(),
            Self::Lock { database, .. } => {
                format!("check that its folder is writable, and that {database}.lock belongs to Keywright")
            }
            Self::Connect { .. } => {
                "check `database:`, that the server is up, and PGPASSWORD or `databasePassword`".to_owned()
            }
            Self::ForeignSchema { .. } => "choose another schema, like postgres://host/name?schema=team_a".to_owned(),
            Self::Server { .. } => "check the server and its log, then run again".to_owned(),
            Self::LockLost { .. } | Self::Busy { .. } => {
                "wait until the other run has ended, then run again".to_owned()
            }
            Self::Locked { .. } => "wait until that run has ended, or use --lock-timeout to wait for it".to_owned(),
            Self::Full { .. } => {
                "free space on its disk, then run again: it continues from the current state".to_owned()
            }
            // SQLite also reports a full disk as an I/O error if the log's index finds no room.
            Self::Failed { .. } => "check that its disk has free space and is healthy, then try again".to_owned(),
        }
    }
}
