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
use crate::workspace::OWN_FOLDER;
use crate::workspace::is_git_folder_name;

/// The folder that the user named in the folder `from`, without links. Below the checkout of `from` it is reached over
/// none, and none of its parts is Git's or the folder of the database, which Git ignores.
pub fn folder_to_fill(from: &Path, path: &Path) -> Result<PathBuf, Refused> {
    let fence = links::repository(from).unwrap_or_else(|| super::settled(from));
    let real = links::without_links_in(&fence, &super::normal(&from.join(path)))?;
    let below = real.strip_prefix(&fence).unwrap_or(Path::new(""));
    match below.iter().find(|part| is_git_folder_name(&part.to_string_lossy())) {
        Some(part) => Err(Refused::Git(part.to_string_lossy().into_owned())),
        None if is_own(real.strip_prefix(&fence).unwrap_or(&real)) => Err(Refused::Own(OWN_FOLDER.to_owned())),
        None => Ok(real),
    }
}

fn is_own(path: &Path) -> bool {
    path.iter().any(|part| part.eq_ignore_ascii_case(OWN_FOLDER))
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
    let Some(place) = found(root, path)? else { return Ok(State::Free) };
    match place.read(MAX_FILE as u64 * 2) {
        Ok(None) => Ok(State::Free),
        Ok(Some(bytes)) if bytes == text.as_bytes() => Ok(State::Same),
        Ok(Some(_)) | Err(Refused::TooLarge(_)) => Ok(State::Taken),
        Err(refused) => Err(refused),
    }
}

/// A file that an earlier run wrote and this one may replace or remove: all of its lines begin with `line`.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    pub path: &'a str,
    pub line: &'a str,
}

impl Report<'_> {
    /// Whether a run wrote the file that exists now.
    fn is_ours(&self, root: &Path) -> Result<bool, Refused> {
        let Some(place) = found(root, self.path)? else { return Ok(false) };
        match place.read(MAX_FILE as u64 * 2) {
            Ok(Some(bytes)) => Ok(String::from_utf8_lossy(&bytes).lines().all(|line| line.starts_with(self.line))),
            Ok(None) | Err(Refused::TooLarge(_)) => Ok(false),
            Err(refused) => Err(refused),
        }
    }
}

/// Writes the files that do not exist, with their paths below `root` and their texts. Returns how many. An existing file
/// with another text is an error before anything is written, unless it is the report of an earlier run; after any other
/// error, what was written is removed. A report that is not among the files is out of date and removed.
pub fn write_tree(root: &Path, files: &[(&str, &str)], report: Option<Report<'_>>) -> Result<usize, Refused> {
    let is_ours = report.map_or(Ok(false), |report| report.is_ours(root))?;
    let mut old = report.filter(|_| is_ours).map(|report| (report.path, None));
    let mut new = Vec::new();
    for &(path, text) in files {
        match state(root, path, text)? {
            State::Free => new.push((path, text)),
            State::Same => old = old.filter(|(report, _)| *report != path),
            State::Taken if old.is_some_and(|(report, _)| report == path) => old = Some((path, Some(text))),
            State::Taken => return Err(Refused::Exists(path.to_owned())),
        }
    }
    let mut made = Made::default();
    let done = made.all(root, &new).and_then(|()| old.map_or(Ok(()), |(path, text)| renew(root, path, text)));
    if let Err(refused) = done {
        made.remove();
        return Err(refused);
    }
    Ok(new.len() + usize::from(old.is_some_and(|(_, text)| text.is_some())))
}

/// Replaces a file, or removes it if there is no text.
fn renew(root: &Path, path: &str, text: Option<&str>) -> Result<(), Refused> {
    let Some(place) = found(root, path)? else { return Ok(()) };
    match text {
        Some(text) => Ok(place.replace_shared(text.as_bytes())?),
        None => Ok(place.remove()?),
    }
}

fn found(root: &Path, path: &str) -> Result<Option<Place>, Refused> {
    if root.symlink_metadata().is_err() { Ok(None) } else { Place::find(root, Path::new(path)) }
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
        assert_eq!(write_tree(&root, &files, None).unwrap(), 2);
        assert_eq!(write_tree(&root, &files, None).unwrap(), 0);
        fs::write(root.join("b.yaml"), "mine").unwrap();
        let refused = write_tree(&root, &[("c.yaml", "c"), ("b.yaml", "b")], None).unwrap_err();
        assert_eq!(refused.to_string(), "b.yaml exists and has another content");
        assert_eq!(names(&root), ["b.yaml", "users"]);
        assert_eq!(fs::read_to_string(root.join("b.yaml")).unwrap(), "mine");
        // A file is in the way of a folder, which only shows while writing.
        fs::write(root.join("packages"), "").unwrap();
        assert!(write_tree(&root, &[("api-keys/x.yaml", "x"), ("packages/p.yaml", "p")], None).is_err());
        assert_eq!(names(&root), ["b.yaml", "packages", "users"]);
    }

    #[test]
    fn no_link_is_followed() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        symlink(outside.path(), folder.path().join("users")).unwrap();
        symlink(outside.path().join("x"), folder.path().join("x.yaml")).unwrap();
        for path in ["users/a.yaml", "x.yaml"] {
            assert!(matches!(write_tree(folder.path(), &[("b.yaml", "b"), (path, "a")], None), Err(Refused::Link(_))));
        }
        assert!(names(outside.path()).is_empty());
        assert_eq!(names(folder.path()), ["users", "x.yaml"]);
        symlink(outside.path(), folder.path().join("out")).unwrap();
        assert!(matches!(folder_to_fill(folder.path(), Path::new("out/area")), Err(Refused::Link(_))));
        assert!(matches!(folder_to_fill(folder.path(), Path::new(".git/area")), Err(Refused::Git(_))));
        for own in [".keywright", ".keywright/area", "x/.Keywright/y"] {
            assert!(matches!(folder_to_fill(folder.path(), Path::new(own)), Err(Refused::Own(_))));
        }
    }

    #[test]
    fn only_an_own_report_is_replaced_or_removed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let report = Some(Report { path: "r.txt", line: "# gone: " });
        let read = || fs::read_to_string(root.join("r.txt")).ok();
        assert_eq!(write_tree(root, &[("r.txt", "# gone: a\n")], report).unwrap(), 1);
        assert_eq!(write_tree(root, &[("r.txt", "# gone: a\n")], report).unwrap(), 0);
        assert_eq!(write_tree(root, &[("r.txt", "# gone: b\n")], report).unwrap(), 1);
        assert_eq!(read().as_deref(), Some("# gone: b\n"));
        assert_eq!(write_tree(root, &[("a.yaml", "a")], report).unwrap(), 1);
        assert_eq!(read(), None);
        fs::write(root.join("r.txt"), "# gone: a\nmine\n").unwrap();
        assert!(matches!(write_tree(root, &[("r.txt", "# gone: b\n")], report), Err(Refused::Exists(_))));
        assert_eq!(write_tree(root, &[("a.yaml", "a")], report).unwrap(), 0);
        assert_eq!(read().as_deref(), Some("# gone: a\nmine\n"));
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
