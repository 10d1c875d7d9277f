//! Writes new files below a folder that the user named: all, or none. No existing file changes, and nothing is written
//! through a link.
#![expect(clippy::disallowed_methods, reason = "edge: files are removed")]

use std::io;
use std::path::Path;
use std::path::PathBuf;

use super::Place;
use super::Refused;
use super::links;
use crate::manifest::tree::MAX_FILE;
use crate::workspace::is_git_folder_name;

/// The folder that the user named in the folder `from`, without links. Below the checkout of `from` it is reached over
/// none, and none of its parts is Git's.
pub fn folder_to_fill(from: &Path, path: &Path) -> Result<PathBuf, Refused> {
    let fence = links::repository(from).unwrap_or_else(|| super::settled(from));
    let real = links::without_links_in(&fence, &super::normal(&from.join(path)))?;
    let below = real.strip_prefix(&fence).unwrap_or(Path::new(""));
    match below.iter().find(|part| is_git_folder_name(&part.to_string_lossy())) {
        Some(part) => Err(Refused::Git(part.to_string_lossy().into_owned())),
        None => Ok(real),
    }
}

/// The path, or the first one with a number before its ending that is free or has this text.
pub fn free_name(root: &Path, path: &str, text: &str) -> String {
    let (stem, ending) = path.rsplit_once('.').unwrap_or((path, ""));
    let numbered = (2..).map(|number| format!("{stem}-{number}.{ending}"));
    let mut names = std::iter::once(path.to_owned()).chain(numbered);
    let is_free = |name: &String| matches!(state(root, name, text), Ok(State::Free | State::Same));
    // After so many names, writing reports what is in the way.
    names.by_ref().take(1_000).find(is_free).unwrap_or_else(|| path.to_owned())
}

enum State {
    Free,
    /// The file has the text.
    Same,
    Taken,
}

fn state(root: &Path, path: &str, text: &str) -> Result<State, Refused> {
    if root.symlink_metadata().is_err() {
        return Ok(State::Free);
    }
    let Some(place) = Place::find(root, Path::new(path))? else { return Ok(State::Free) };
    match place.read(MAX_FILE as u64 * 2) {
        Ok(None) => Ok(State::Free),
        Ok(Some(bytes)) if bytes == text.as_bytes() => Ok(State::Same),
        Ok(Some(_)) | Err(Refused::TooLarge(_)) => Ok(State::Taken),
        Err(refused) => Err(refused),
    }
}

/// Writes the files that do not exist, with their paths below `root` and their texts. Returns how many. An existing file
/// with another text is an error before anything is written; after any other error, what was written is removed.
pub fn write_tree(root: &Path, files: &[(&str, &str)]) -> Result<usize, Refused> {
    let mut new = Vec::new();
    for &(path, text) in files {
        match state(root, path, text)? {
            State::Free => new.push((path, text)),
            State::Same => {}
            State::Taken => return Err(Refused::Exists(path.to_owned())),
        }
    }
    let mut made = Made::default();
    match made.all(root, &new) {
        Ok(()) => Ok(new.len()),
        Err(refused) => {
            made.remove();
            Err(refused)
        }
    }
}

/// What was created, in this order.
#[derive(Default)]
struct Made {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Made {
    fn all(&mut self, root: &Path, files: &[(&str, &str)]) -> Result<(), Refused> {
        self.folder(root)?;
        for (path, text) in files {
            let whole = root.join(path);
            self.folder(whole.parent().unwrap_or(root))?;
            let place = Place::find(root, Path::new(path))?.ok_or(Refused::Io(io::ErrorKind::NotFound.into()))?;
            place.create_shared(text.as_bytes())?;
            self.files.push(whole);
        }
        Ok(())
    }

    /// Creates the folder and the missing ones above it.
    fn folder(&mut self, path: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = path.ancestors().take_while(|folder| folder.symlink_metadata().is_err()).collect();
        for folder in missing.into_iter().rev() {
            std::fs::create_dir(folder)?;
            self.folders.push(folder.to_owned());
        }
        Ok(())
    }

    /// Removes everything, as far as possible: the error that led here matters more.
    fn remove(&self) {
        for file in &self.files {
            let _ = std::fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn names(root: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn all_files_are_written_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("new/area");
        let files = [("users/a.yaml", "a"), ("b.yaml", "b")];
        assert_eq!(write_tree(&root, &files).unwrap(), 2);
        assert_eq!(write_tree(&root, &files).unwrap(), 0);
        fs::write(root.join("b.yaml"), "mine").unwrap();
        let refused = write_tree(&root, &[("c.yaml", "c"), ("b.yaml", "b")]).unwrap_err();
        assert_eq!(refused.to_string(), "b.yaml exists and has another content");
        assert_eq!(names(&root), ["b.yaml", "users"]);
        assert_eq!(fs::read_to_string(root.join("b.yaml")).unwrap(), "mine");
        // A file is in the way of a folder, which only shows while writing.
        fs::write(root.join("packages"), "").unwrap();
        assert!(write_tree(&root, &[("api-keys/x.yaml", "x"), ("packages/p.yaml", "p")]).is_err());
        assert_eq!(names(&root), ["b.yaml", "packages", "users"]);
    }

    #[test]
    fn no_link_is_followed() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        symlink(outside.path(), folder.path().join("users")).unwrap();
        symlink(outside.path().join("x"), folder.path().join("x.yaml")).unwrap();
        for path in ["users/a.yaml", "x.yaml"] {
            assert!(matches!(write_tree(folder.path(), &[("b.yaml", "b"), (path, "a")]), Err(Refused::Link(_))));
        }
        assert!(names(outside.path()).is_empty());
        assert_eq!(names(folder.path()), ["users", "x.yaml"]);
        symlink(outside.path(), folder.path().join("out")).unwrap();
        assert!(matches!(folder_to_fill(folder.path(), Path::new("out/area")), Err(Refused::Link(_))));
        assert!(matches!(folder_to_fill(folder.path(), Path::new(".git/area")), Err(Refused::Git(_))));
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.yaml"), "other").unwrap();
        assert_eq!(free_name(folder.path(), "a.yaml", "x"), "a-2.yaml");
        assert_eq!(free_name(folder.path(), "a.yaml", "other"), "a.yaml");
        assert_eq!(free_name(folder.path(), "b/a.yaml", "x"), "b/a.yaml");
    }
}
