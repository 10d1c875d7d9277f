//! One run at a time: the lock of a workspace.
#![expect(clippy::disallowed_methods, reason = "edge: when the lock was taken")]

use std::time::Duration;

use tokio::sync::watch;

use super::DatabaseError;
use super::Location;
use super::postgres;
use super::sqlite;
use crate::model::Instant;

/// How often a waiting run checks whether the lock is free.
pub(super) const POLL: Duration = Duration::from_millis(100);

/// The identity of a lock holder on a server. A different number or name is a different holder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fence {
    pub(super) number: i64,
    pub(super) holder: String,
}

/// Whether a run still has its lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holding {
    Held,
    /// The server is unreachable, so the answer is unknown.
    Unknown,
    /// Another run has it, or the server did not return.
    Lost,
}

/// A lock that is released on drop.
pub enum Lock {
    File(sqlite::lock::Lock),
    Server(postgres::Lock),
}

impl Lock {
    pub(super) fn fence(&self) -> Option<Fence> {
        match self {
            Self::File(_) => None,
            Self::Server(lock) => Some(lock.fence.clone()),
        }
    }

    /// A guard for everything that must not happen without the lock.
    pub fn guard(&self) -> Guard {
        match self {
            Self::File(lock) => Guard::File(lock.clone()),
            Self::Server(lock) => Guard::Server(lock.holding.clone()),
        }
    }
}

/// Checks whether a run still holds its lock.
#[derive(Clone)]
pub enum Guard {
    File(sqlite::lock::Lock),
    Server(watch::Receiver<Holding>),
}

impl Guard {
    /// Waits while the server is unreachable. The error is a clause that says how the lock was lost.
    pub async fn check(&self) -> Result<(), String> {
        match self {
            Self::File(lock) => lock.check(),
            Self::Server(holding) => {
                let mut holding = holding.clone();
                let known = holding.wait_for(|holding| *holding != Holding::Unknown).await;
                let is_held = known.is_ok_and(|holding| *holding == Holding::Held);
                if is_held {
                    Ok(())
                } else {
                    Err("another run took it, or the database server did not return".to_owned())
                }
            }
        }
    }
}

/// Takes the lock of an existing database. Waits at most `patience` for another run; the error then names the holder.
pub fn lock(location: &Location, patience: Duration, now: Instant) -> Result<Lock, DatabaseError> {
    let asked = std::time::Instant::now();
    // Shown to people who find the lock taken; nothing depends on it.
    let myself = move || {
        let since = (now + asked.elapsed()).format("%Y-%m-%d %H:%M:%S UTC");
        format!("process {} on {} since {since}", std::process::id(), super::journal::host())
    };
    match location {
        Location::File(path) => sqlite::lock::lock(path, patience, myself).map(Lock::File),
        Location::Server(server) => postgres::lock(server, patience, myself).map(Lock::Server),
    }
}

/// Whether a run holds the lock now. Leaves no trace.
pub fn is_locked(location: &Location) -> Result<bool, DatabaseError> {
    match location {
        Location::File(path) => Ok(sqlite::lock::is_locked(path)),
        Location::Server(server) => postgres::is_locked(server),
    }
}
