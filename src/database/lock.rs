//! One run at a time: the lock of a workspace.
#![expect(clippy::disallowed_methods, reason = "edge: since when somebody has the lock")]

use std::time::Duration;

use tokio::sync::watch;

use super::DatabaseError;
use super::Location;
use super::postgres;
use super::sqlite;
use crate::model::Instant;

/// How often a run that waits looks whether the lock is free.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// As what a lock on a server is held: whoever holds it under another number, or another name, is somebody else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fence {
    pub(super) number: i64,
    pub(super) holder: String,
}

/// Whether the lock of a run is still its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holding {
    Held,
    /// The server is away, and it is not known yet.
    Unknown,
    /// Another run has it, or the server did not come back.
    Lost,
}

/// Held as long as it lives.
pub enum Lock {
    File(sqlite::lock::Lock),
    Server(postgres::Lock),
}

impl Lock {
    pub(super) fn fence(&self) -> Option<Fence> {
        match self {
            Self::File(_) => None,
            Self::Server(lock) => Some(lock.fence()),
        }
    }

    /// What tells whether the lock is still held. A file's is, as long as the process lives.
    pub fn holding(&self) -> Option<watch::Receiver<Holding>> {
        match self {
            Self::File(_) => None,
            Self::Server(lock) => Some(lock.holding()),
        }
    }
}

/// Takes the lock of a database that is there. Waits for another run at most as long as `patience`, and then says who
/// has it.
pub fn lock(location: &Location, patience: Duration, now: Instant) -> Result<Lock, DatabaseError> {
    let asked = std::time::Instant::now();
    // Only for people who find the lock taken; who it was does not decide anything.
    let myself = move || {
        let since = (now + asked.elapsed()).format("%Y-%m-%d %H:%M:%S UTC");
        format!("process {} on {} since {since}", std::process::id(), super::journal::host())
    };
    match location {
        Location::File(path) => sqlite::lock::lock(path, patience, myself).map(Lock::File),
        Location::Server(server) => postgres::lock(server, patience, myself).map(Lock::Server),
    }
}

/// Whether a run has the lock now. Leaves no trace.
pub fn is_locked(location: &Location) -> Result<bool, DatabaseError> {
    match location {
        Location::File(path) => Ok(sqlite::lock::is_locked(path)),
        Location::Server(server) => postgres::is_locked(server),
    }
}
