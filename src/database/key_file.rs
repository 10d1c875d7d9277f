//! The key for fingerprints, in a file next to the database: in a copy of the database alone, the fingerprints are useless.
#![cfg_attr(test, expect(clippy::disallowed_methods, reason = "edge: tests look at the key file"))]

use std::io;
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::DatabaseError;
use super::Location;
use super::sqlite::files;
use crate::files::Place;
use crate::files::Refused;
use crate::files::settled;
use crate::files::settled_folder;
use crate::model::FingerprintKey;
use crate::model::Secret;
use crate::randomness;
use crate::workspace::OWN_FOLDER;

pub(super) const NAME: &str = "fingerprint.key";

/// Size of a new key, in random bytes.
const RANDOM: usize = 32;

/// Maximum size of a key file, in bytes.
const MAX_SIZE: u64 = 4096;

/// The path of the key: next to a SQLite file, or in the folder `.keywright` of the workspace if the database is on a
/// server. Only the links that lead to the database or the workspace are resolved.
pub fn key_file(location: &Location, root: &Path) -> PathBuf {
    match location {
        Location::File(path) => settled_folder(path).with_file_name(NAME),
        Location::Server(_) => settled(root).join(OWN_FOLDER).join(NAME),
    }
}

/// The key in the file; `None` if there is no file. Changes nothing.
pub fn read_key(path: &Path) -> Result<Option<FingerprintKey>, DatabaseError> {
    let failed = |source| DatabaseError::Key { path: path.to_owned(), source };
    let read = || match Place::find(Path::new("/"), path) {
        Ok(Some(place)) => place.read(MAX_SIZE),
        Ok(None) | Err(Refused::NotAFolder(_)) => Ok(None),
        Err(refused) => Err(refused),
    };
    let Some(bytes) = read().map_err(|refused| failed(refused.into()))?.map(Zeroizing::new) else { return Ok(None) };
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    let key = FingerprintKey::new(Secret::new(text.trim()));
    key.map(Some).ok_or_else(|| failed(io::Error::other("the file contains no key")))
}

/// The key in the file. Creates the file if it is missing, readable only by the owner, and never half-written.
pub fn make_key(path: &Path) -> Result<FingerprintKey, DatabaseError> {
    if let Some(key) = read_key(path)? {
        return Ok(key);
    }
    write(path).map_err(|source| DatabaseError::NewKey { path: path.to_owned(), source })?;
    // If two runs create it at the same time, both use the key of the first.
    read_key(path)?.ok_or_else(|| DatabaseError::Key { path: path.to_owned(), source: ErrorKind::NotFound.into() })
}

fn write(path: &Path) -> io::Result<()> {
    let place = files::make_folder(path)?;
    let mut random = Zeroizing::new([0; RANDOM]);
    randomness::fill(&mut *random)?;
    let line: String = random.iter().map(|byte| format!("{byte:02x}")).chain(["\n".to_owned()]).collect();
    match place.create(Zeroizing::new(line).as_bytes()) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_key_is_created_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = key_file(&Location::file(&folder.path().join("new/k.db")), folder.path());
        assert_eq!(read_key(&path).unwrap(), None);
        let key = make_key(&path).unwrap();
        assert_eq!(make_key(&path).unwrap(), key);
        assert_eq!(read_key(&path).unwrap(), Some(key));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let beside: Vec<_> =
            fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(beside.len(), 2, "{beside:?}");
    }

    #[test]
    fn a_key_that_cannot_be_created_is_an_error_that_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let error = make_key(&folder.path().join("file/fingerprint.key")).unwrap_err();
        assert!(error.to_string().starts_with("create the key") && error.help().contains("fingerprints:"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_and_other_content_are_not_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        fs::write(folder.path().join("elsewhere"), "0123456789abcdef0123456789abcdef").unwrap();
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &path).unwrap();
        assert!(read_key(&path).is_err() && make_key(&path).is_err());
        fs::remove_file(&path).unwrap();
        fs::write(&path, "short\n").unwrap();
        let error = read_key(&path).unwrap_err();
        assert!(error.to_string().contains("contains no key") && !error.to_string().contains("short"), "{error}");
    }
}
