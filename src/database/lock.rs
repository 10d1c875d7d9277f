//! One run at a time: a lock beside the database, which the operating system lets go of when its holder ends, however.

use std::fs::File;
use std::fs::TryLockError;
use std::path::Path;

use super::DatabaseError;

/// Held as long as it lives.
pub struct Lock {
    _file: File,
}

/// Takes the lock of the database at `path`, whose folder is there, or says that another run has it.
pub fn lock(path: &Path) -> Result<Lock, DatabaseError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let failed = |error: std::io::Error| DatabaseError::Lock { path: path.to_path_buf(), cause: error.to_string() };
    let file = File::options().create(true).append(true).open(&name).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(DatabaseError::Locked { path: path.to_path_buf() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_kept_out_until_the_first_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k.db");
        let first = lock(&path).unwrap();
        assert!(matches!(lock(&path), Err(DatabaseError::Locked { .. })));
        drop(first);
        assert!(lock(&path).is_ok());
    }
}
