//! Whose files and folders are: what another user wrote must not decide what our run does.
#![expect(clippy::disallowed_methods, reason = "edge: owners of files, and the user we run as")]

use std::path::Path;

/// The id of the user that a path belongs to; of a link itself, not of what it leads to. `None` when there is nothing,
/// and where files have no such owner.
#[cfg(unix)]
pub fn of(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::symlink_metadata(path).ok().map(|metadata| metadata.uid())
}

#[cfg(not(unix))]
pub fn of(_: &Path) -> Option<u32> {
    None
}

/// The owner of a path, when that is neither we, nor the user who became root by `sudo` to run us, nor root, who can
/// change everything anyway.
pub fn stranger(path: &Path) -> Option<u32> {
    of(path).filter(|owner| *owner != 0 && !ours().contains(owner))
}

/// The users whom we act for. `SUDO_UID` counts for root only: anybody else could set it.
#[cfg(unix)]
fn ours() -> Vec<u32> {
    let we = rustix::process::geteuid().as_raw();
    let sudo = std::env::var("SUDO_UID").ok().and_then(|id| id.parse().ok()).filter(|_| we == 0);
    std::iter::once(we).chain(sudo).collect()
}

#[cfg(not(unix))]
fn ours() -> Vec<u32> {
    Vec::new()
}
