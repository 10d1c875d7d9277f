//! Creates the folder and the file of a database on the first write.
#![expect(clippy::disallowed_methods, reason = "edge: makes the folder and the file that SQLite then works in")]

use std::fs;
use std::fs::DirBuilder;
use std::fs::OpenOptions;
use std::io;
use std::io::ErrorKind;
#[cfg(unix)]
use std::os::unix::fs::DirBuilderExt;
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::database::DatabaseError;

/// Creates what is missing of the folder and the file at `path`, readable only by the owner.
pub(in crate::database) fn make(path: &Path) -> Result<(), DatabaseError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder).map_err(|source| DatabaseError::Folder { folder: folder.to_owned(), source })?;
    }
    make_file(path).map_err(|source| DatabaseError::Create { path: path.to_owned(), source })
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let is_new = !folder.is_dir();
    if is_new {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        builder.mode(0o700);
        builder.create(folder)?;
    }
    // Git must not see key values. In a folder that people created, a `*` could hide the whole workspace. Keywright's
    // own folder is checked every time, because a run may have been killed right after creating it.
    let is_own = is_new || folder.file_name().is_some_and(|name| name == ".keywright");
    let ignore = folder.join(".gitignore");
    if is_own && !ignore.try_exists()? { fs::write(ignore, "*\n") } else { Ok(()) }
}

fn make_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // SQLite gives its side files (-wal, -shm) the permissions of the main file.
    #[cfg(unix)]
    options.mode(0o600);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Whether `path` exists.
pub(in crate::database) fn exists(path: &Path) -> io::Result<bool> {
    path.try_exists()
}

/// Whether the file is complete: no writer left data in a side file.
pub(in crate::database) fn is_complete(path: &Path) -> bool {
    let is_empty = |suffix| {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        fs::metadata(beside).map_or(true, |file| file.len() == 0)
    };
    path.is_file() && is_empty("-wal") && is_empty("-journal")
}
