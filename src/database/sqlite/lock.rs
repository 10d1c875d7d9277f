//! A lock file beside the database. The operating system releases it when the holder ends, in whatever way.

use std::fs::File;
use std::fs::TryLockError;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::database::DatabaseError;
use crate::database::lock::POLL;

/// A lock that is released on drop.
pub struct Lock {
    _file: File,
}

/// Takes the lock of the database at `path`, whose folder exists. Waits at most `patience` for another run; the error
/// then names the holder. `myself` is called once the lock is held; people who find the lock taken see its text.
pub(in crate::database) fn lock(
    path: &Path,
    patience: Duration,
    myself: impl Fn() -> String,
) -> Result<Lock, DatabaseError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let failed =
        |error: std::io::Error| DatabaseError::Lock { database: path.display().to_string(), cause: error.to_string() };
    let mut file = File::options().create(true).read(true).append(true).open(&name).map_err(failed)?;
    // A process that only checks the lock holds it for a moment too.
    let mut left = patience.max(POLL);
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if left.is_zero() => {
                let holder = holder(&mut file);
                return Err(DatabaseError::Locked { database: path.display().to_string(), holder });
            }
            Err(TryLockError::WouldBlock) => {
                let pause = POLL.min(left);
                std::thread::sleep(pause);
                left -= pause;
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
    let _ = file.set_len(0);
    let _ = file.write_all(myself().as_bytes());
    Ok(Lock { _file: file })
}

/// Whether a run holds the lock of the database at `path` now. Leaves no trace.
#[expect(clippy::disallowed_methods, reason = "edge: the lock beside the database")]
pub(in crate::database) fn is_locked(path: &Path) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    File::open(&name).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
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
}
