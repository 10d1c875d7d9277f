//! Why a workspace database can not be used, and what helps.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use super::Location;
use super::Server;
use super::SqlError;
use super::scripts::KNOWN;

/// Completes the sentence «could not …».
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("create the folder {} for the database: {source}", folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error("create the database {}: {source}", path.display())]
    Create { path: PathBuf, source: io::Error },
    #[error("open the database {}: {source}", path.display())]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("read the database {}: it is not a Keywright database", path.display())]
    Foreign { path: PathBuf },
    #[error("read the database {}: the file is damaged ({source})", path.display())]
    Damaged { path: PathBuf, source: rusqlite::Error },
    #[error("open the database {database}: it has version {found}, and this Keywright knows versions up to {known}")]
    Newer { database: String, found: i64, known: i64 },
    #[error("use the database {}: another process is writing to it", path.display())]
    Busy { path: PathBuf },
    #[error("take the lock of the database {database}: {holder} has it")]
    Locked { database: String, holder: String },
    #[error("take the lock of the database {database}: {cause}")]
    Lock { database: String, cause: String },
    #[error("begin the journal in the database {database}: {source}")]
    Journal { database: String, source: io::Error },
    #[error("write the journal: whoever writes it has ended")]
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
    /// What a database said.
    pub(super) fn at(location: &Location, error: SqlError) -> Self {
        match (location, error) {
            (Location::File(path), SqlError::Sqlite(source)) => Self::of(path, source),
            (Location::File(path), error) => {
                Self::Unreadable { database: path.display().to_string(), cause: error.to_string() }
            }
            (Location::Server(server), error) => Self::on(server, error),
        }
    }

    /// What a server said.
    pub(super) fn on(server: &Server, error: SqlError) -> Self {
        let (database, cause) = (server.name().to_owned(), error.to_string());
        match error {
            SqlError::Unreadable { .. } => Self::Unreadable { database, cause },
            SqlError::LockLost { .. } => Self::LockLost { database, cause },
            SqlError::ForeignSchema { .. } => Self::ForeignSchema { database, cause },
            SqlError::Newer { found } => Self::Newer { database, found, known: KNOWN },
            _ => Self::Server { database, cause },
        }
    }

    /// What SQLite said about the file in `path`.
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
                format!("make {} writable, or name another place under `database:`", folder.display())
            }
            Self::Create { path, .. } | Self::Open { path, .. } => {
                format!("check that {} is a file that you may read and write", path.display())
            }
            Self::Foreign { path } => {
                format!("name another file under `database:`, or move {} away", path.display())
            }
            Self::Damaged { path, .. } => {
                format!("restore {} from a backup, or move it away to begin with an empty store", path.display())
            }
            Self::Journal { .. } => "check whether this system lets one more thread begin, then try again".to_owned(),
            Self::Ended => "run again: it goes on from what is there".to_owned(),
            Self::Newer { .. } => "use the Keywright that wrote it, or a newer one".to_owned(),
            Self::Lock { database, .. } => format!("check that the folder of {database} may be written to"),
            Self::Unreadable { database, .. } => {
                format!("restore {database} from a backup, or move it away to begin with an empty store")
            }
            Self::Connect { .. } => {
                "check `database:`, that the server is up, and PGPASSWORD or `databasePassword`".to_owned()
            }
            Self::ForeignSchema { .. } => "name another schema, like postgres://host/name?schema=team_a".to_owned(),
            Self::Server { .. } => {
                "check the server and its log, then run again: it goes on from what is there".to_owned()
            }
            Self::LockLost { .. } => "wait until that run has ended, then run again".to_owned(),
            Self::Busy { .. } => "wait until the other process has ended, then try again".to_owned(),
            Self::Locked { .. } => "wait until that run has ended, or give --lock-timeout to wait for it".to_owned(),
            Self::Full { path } => {
                format!(
                    "make room on the disk that {} is on, then run again: it goes on from what is there",
                    path.display()
                )
            }
            // What SQLite calls an I/O error is a full disk too, when the log's index finds no room.
            Self::Failed { path, .. } => {
                format!("check whether the disk that {} is on has room and is healthy, then try again", path.display())
            }
        }
    }
}
