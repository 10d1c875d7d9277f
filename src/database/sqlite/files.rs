//! The folder and the file of a database, as they are made on the first write.
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

/// Makes what is missing of the folder and the file in `path`, readable by their owner only.
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
    // Git must not see key values. A folder that people made is theirs: a `*` in it could hide the whole workspace.
    // Keywright's own folder is looked at again, because a run may have been killed right after making it.
    if is_new || folder.file_name().is_some_and(|name| name == ".keywright") {
        make_ignore_file(&folder.join(".gitignore"))?;
    }
    Ok(())
}

fn make_ignore_file(path: &Path) -> io::Result<()> {
    if path.try_exists()? { Ok(()) } else { fs::write(path, "*\n") }
}

fn make_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // SQLite gives its side files (-wal, -shm) the permissions of the file itself.
    #[cfg(unix)]
    options.mode(0o600);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Whether there is anything in `path`.
pub(in crate::database) fn exists(path: &Path) -> io::Result<bool> {
    path.try_exists()
}

/// Whether there is a file, and no writer left anything that is not yet in it.
pub(in crate::database) fn stands_alone(path: &Path) -> bool {
    let is_empty = |suffix| {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        fs::metadata(beside).map_or(true, |file| file.len() == 0)
    };
    path.is_file() && is_empty("-wal") && is_empty("-journal")
}
