//! A lock file beside the database. The operating system releases it when the holder ends, in whatever way.

use std::fs::File;
use std::fs::TryLockError;
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::database::DatabaseError;
use crate::database::lock::POLL;
use crate::files::Place;
use crate::files::Refused;
use crate::files::settled_folder;
use crate::workspace::OWN_FOLDER;

/// A lock that is released when its last copy is dropped.
#[derive(Clone)]
pub struct Lock {
    file: Arc<File>,
    /// The path of the lock file.
    path: Arc<Path>,
    database: Arc<Path>,
    /// The file at that path when the lock was taken.
    identity: Option<Identity>,
}

/// The device and the number of a file.
type Identity = (u64, u64);

/// `None` if there is no file.
fn identity(path: &Path) -> Option<Identity> {
    let found = rustix::fs::stat(path).ok()?;
    Some((found.st_dev, found.st_ino))
}

impl Lock {
    /// Checks that the paths still lead to the locked file and to its database. If not, another run can lock a file at the
    /// same path, and what this run writes to the database is lost. The error is a clause about the file.
    pub(in crate::database) fn check(&self) -> Result<(), String> {
        let is_there = || match Place::find(Path::new("/"), &self.path)? {
            Some(place) => place.is(&self.file),
            None => Ok(false),
        };
        let path = self.path.display();
        match is_there() {
            Ok(true) if identity(&self.database) == self.identity => Ok(()),
            Ok(true) => Err(format!("{} was removed or replaced", self.database.display())),
            Ok(false) => Err(format!("{path} was removed or replaced")),
            Err(refused) => Err(format!("{path} could not be checked: {refused}")),
        }
    }
}

/// Takes the lock of the database at `path`, whose folder exists. Waits at most `patience` for another run; the error
/// then names the holder. `myself` is called once the lock is held; people who find the lock taken see its text.
pub(in crate::database) fn lock(
    path: &Path,
    patience: Duration,
    myself: impl Fn() -> String,
) -> Result<Lock, DatabaseError> {
    let failed = |cause: String| DatabaseError::Lock { database: path.display().to_string(), cause };
    let open = || {
        let place = place(path)?.ok_or_else(|| Refused::Io(std::io::ErrorKind::NotFound.into()));
        place.and_then(|place| place.open())
    };
    // A process that only checks the lock holds it for a moment too.
    let mut left = patience.max(POLL);
    let lock = loop {
        let mut file = open().map_err(|refused| failed(refused.to_string()))?;
        match file.try_lock() {
            Ok(()) => {
                let (database, identity) = (path.into(), identity(path));
                let lock = Lock { file: file.into(), path: lock_file(path).into(), database, identity };
                // Another program may have removed or replaced the file in between.
                match lock.check() {
                    Ok(()) => break lock,
                    Err(cause) if left.is_zero() => return Err(failed(cause)),
                    Err(_) => {}
                }
            }
            Err(TryLockError::WouldBlock) if left.is_zero() => {
                let holder = holder(&mut file);
                return Err(DatabaseError::Locked { database: path.display().to_string(), holder });
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(failed(error.to_string())),
        }
        let pause = POLL.min(left);
        std::thread::sleep(pause);
        left -= pause;
    };
    let is_own = path.parent().and_then(Path::file_name).is_some_and(|folder| folder == OWN_FOLDER);
    let mut file: &File = &lock.file;
    if !is_own && !is_ours(file) {
        return Err(failed(format!("{}.lock is not a lock file of Keywright", path.display())));
    }
    let _ = file.set_len(0);
    let _ = file.write_all(myself().as_bytes());
    Ok(lock)
}

/// Whether a run holds the lock of the database at `path` now. Leaves no trace.
pub(in crate::database) fn is_locked(path: &Path) -> bool {
    let file = place(path).and_then(|place| place.map_or(Ok(None), |place| place.open_existing()));
    file.is_ok_and(|file| file.is_some_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))))
}

/// The place of the lock file. No link is followed to it.
fn place(path: &Path) -> Result<Option<Place>, Refused> {
    Place::find(Path::new("/"), &lock_file(path))
}

pub(super) fn lock_file(path: &Path) -> PathBuf {
    let mut name = settled_folder(path).into_os_string();
    name.push(".lock");
    name.into()
}

/// Maximum length of a holder's line, in bytes: a number, a host and a time.
const LONGEST: u64 = 400;

/// Whether a lock file contains what a lock contains: nothing, or its holder. Outside Keywright's own folder, a file of
/// another program can have the same name, like `Cargo.lock` next to a database `Cargo`, and must not be emptied.
fn is_ours(mut file: &File) -> bool {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(LONGEST + 1).read_to_string(&mut text));
    let is_line = text.len() as u64 <= LONGEST && text.chars().all(|c| !c.is_control());
    read.is_ok() && (text.is_empty() || (is_line && text.starts_with("process ")))
}

/// The name of the holder: one short line, whatever the file contains.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(200).read_to_string(&mut text);
    let is_plain = text.chars().all(|c| !c.is_control());
    if read.is_ok() && is_plain && !text.is_empty() { text } else { "another run".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_kept_out_until_the_first_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k.db");
        let take = |patience| lock(&path, Duration::from_millis(patience), || "process 7 on here".to_owned());
        let first = take(0).unwrap();
        let Err(DatabaseError::Locked { holder, .. }) = take(0) else { unreachable!("the lock is taken") };
        assert_eq!(holder, "process 7 on here");
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| take(20_000).is_ok());
            drop(first);
            assert!(waiting.join().unwrap());
        });
        assert!(take(0).is_ok());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "edge: the test checks the files")]
    fn a_file_of_another_program_is_not_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("Cargo"), folder.path().join("Cargo.lock"));
        let take = || lock(&path, Duration::ZERO, || "process 7 on here".to_owned());
        std::fs::write(&other, "version = 4\n").unwrap();
        assert!(
            matches!(take(), Err(DatabaseError::Lock { cause, .. }) if cause.contains("not a lock file of Keywright"))
        );
        assert_eq!(std::fs::read_to_string(&other).unwrap(), "version = 4\n");
        std::fs::write(&other, "process 1 on there since 2026-01-01 00:00:00 UTC").unwrap();
        drop(take().unwrap());
        std::fs::remove_file(&other).unwrap();
        std::os::unix::fs::symlink(folder.path().join("canary"), &other).unwrap();
        std::fs::write(folder.path().join("canary"), "").unwrap();
        assert!(take().is_err());
        assert_eq!(std::fs::read_to_string(folder.path().join("canary")).unwrap(), "");
    }
}
