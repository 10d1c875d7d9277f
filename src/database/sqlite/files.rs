//! Creates the folder and the file of a database on the first write.
#![expect(clippy::disallowed_methods, reason = "edge: the files that SQLite works in")]

use std::fs;
use std::io;
use std::io::ErrorKind;
use std::path::Path;

use crate::database::DatabaseError;
use crate::database::key_file;
use crate::files::Place;
use crate::files::Refused;
use crate::files::settled_folder;
use crate::workspace::OWN_FOLDER;

/// Creates what is missing of the folder and the file at `path`, readable only by the owner, and not through a link.
/// SQLite gives its side files (-wal, -shm) the permissions of the main file.
pub(in crate::database) fn make(path: &Path) -> Result<(), DatabaseError> {
    let path = settled_folder(path);
    let folder = path.parent().unwrap_or(Path::new("/"));
    let of_folder = |error: Refused| DatabaseError::Folder { folder: folder.to_owned(), source: error.into() };
    let place = make_folder(&path).map_err(of_folder)?;
    place.create_empty().map_err(|error| DatabaseError::Create { path: path.clone(), source: error.into() })
}

/// Creates what is missing of the folder of `path`, which contains no links.
pub(in crate::database) fn make_folder(path: &Path) -> Result<Place, Refused> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let place = Place::make(Path::new("/"), path)?;
    // Git must not see key values, even if another program created Keywright's own folder. In a folder of another name,
    // a `*` could hide the whole workspace.
    if folder.file_name().is_some_and(|name| name == OWN_FOLDER) {
        place.close_folder();
        let ignore = Place::make(Path::new("/"), &folder.join(".gitignore"))?;
        match ignore.create(b"*\n") {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(Refused::Io(error)),
            _ => {}
        }
    }
    Ok(place)
}

/// Whether `path` exists.
pub(in crate::database) fn exists(path: &Path) -> io::Result<bool> {
    path.try_exists()
}

/// Fails for an empty file if a lock or a key, which runs create after the tables, is next to it: it is no new database.
pub(in crate::database) fn refuse_emptied(path: &Path) -> Result<(), DatabaseError> {
    let is_empty = fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == 0);
    let key = path.with_file_name(key_file::NAME);
    // In another folder, the key can be that of another database.
    let is_own = path.parent().and_then(Path::file_name).is_some_and(|folder| folder == OWN_FOLDER);
    let mut traces = std::iter::once(super::lock::lock_file(path)).chain(is_own.then_some(key));
    match traces.find(|trace| is_empty && trace.exists()) {
        Some(trace) => Err(DatabaseError::Emptied { path: path.to_owned(), trace }),
        None => Ok(()),
    }
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
