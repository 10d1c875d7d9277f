//! Why a workspace database can not be used, and what helps.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use rusqlite::ErrorCode;

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
    #[error(
        "open the database {}: it has version {found}, and this Keywright knows versions up to {known}",
        path.display()
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("use the database {}: another process is writing to it", path.display())]
    Busy { path: PathBuf },
    #[error("take the lock of the database {}: {holder} has it", path.display())]
    Locked { path: PathBuf, holder: String },
    #[error("take the lock of the database {}: {cause}", path.display())]
    Lock { path: PathBuf, cause: String },
    #[error("begin the journal in the database {}: {source}", path.display())]
    Journal { path: PathBuf, source: io::Error },
    #[error("write the journal: whoever writes it has ended")]
    Ended,
    #[error("write the database {}: the disk is full", path.display())]
    Full { path: PathBuf },
    #[error("use the database {}: {source}", path.display())]
    Failed { path: PathBuf, source: rusqlite::Error },
}

impl DatabaseError {
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
            Self::Lock { path, .. } => format!("check that the folder of {} may be written to", path.display()),
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
