//! The system's randomness. Every draw can fail, because a container may have none, and says so instead of panicking.
#![expect(clippy::disallowed_methods, reason = "edge: draws the operating system's randomness")]

use std::io;

use ring::rand::SystemRandom;
use uuid::Uuid;

use crate::store::Refusal;

/// What to do without randomness.
pub const HELP: &str = "give the process `/dev/urandom` or allow the system call `getrandom`; a container may lack both by its own settings";

/// The system gives no random bytes. Completes "could not ...".
#[derive(Debug, thiserror::Error)]
#[error("get random bytes from the system: {0}")]
pub struct NoRandomness(getrandom::Error);

impl From<NoRandomness> for io::Error {
    fn from(error: NoRandomness) -> Self {
        Self::other(format!("could not {error}"))
    }
}

impl From<NoRandomness> for Refusal {
    fn from(error: NoRandomness) -> Self {
        Self::unavailable(format!("could not {error}")).help(HELP)
    }
}

/// Fills `bytes` with random ones.
pub fn fill(bytes: &mut [u8]) -> Result<(), NoRandomness> {
    getrandom::fill(bytes).map_err(NoRandomness)
}

/// A new random id.
pub fn id() -> Result<Uuid, NoRandomness> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

/// The same for ring, whose draws can fail too.
pub fn for_ring() -> SystemRandom {
    SystemRandom::new()
}

/// An error if the system has no randomness. The standard library and others panic then, so a run checks first.
pub fn check() -> Result<(), NoRandomness> {
    fill(&mut [0])
}
