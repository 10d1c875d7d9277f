//! Where files may be read.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;

use super::Refused;
use super::links::repository;
use super::links::without_links_in;
use crate::workspace::OWN_FOLDER;
use crate::workspace::is_git_folder_name;

/// The workspace, and the folders outside of it that may be read.
#[derive(Clone)]
pub struct Bounds {
    /// With all links resolved.
    folders: Vec<PathBuf>,
    closed: Vec<Closed>,
}

/// A listed folder that is not read, because a link of the repository leads to it.
#[derive(Clone)]
struct Closed {
    written: PathBuf,
    real: PathBuf,
    link: String,
}

impl Bounds {
    /// Folders that do not exist are omitted. No link of the repository may lead to a listed folder: the settings were
    /// reviewed, but the link was not.
    pub fn new(root: &Path, folders: &[Box<str>]) -> Self {
        let mut bounds = Self { folders: root.canonicalize().into_iter().collect(), closed: Vec::new() };
        let fence = if folders.is_empty() { None } else { repository(root) };
        for written in folders.iter().map(|folder| Path::new(&**folder)) {
            let Ok(real) = written.canonicalize() else { continue };
            match fence.as_deref().map(|fence| without_links_in(fence, written)) {
                Some(Err(Refused::Link(link))) => {
                    bounds.closed.push(Closed { written: super::normal(written), real, link });
                }
                Some(Err(_)) => {}
                Some(Ok(_)) | None => bounds.folders.push(real),
            }
        }
        bounds
    }

    /// The same bounds with one more folder.
    #[must_use]
    pub fn and(&self, folder: &Path) -> Self {
        let folders = self.folders.iter().cloned().chain(folder.canonicalize().ok()).collect();
        Self { folders, closed: self.closed.clone() }
    }

    /// The path with all links resolved, if it may be read. The folder of Git must not: it holds credentials.
    pub fn resolve(&self, path: &Path) -> Result<PathBuf, Refused> {
        let real = path.canonicalize().map_err(|error| why(path, error))?;
        let Some((_, rest)) = self.below(&real) else { return Err(self.outside(path, &real)) };
        match rest.components().find(|part| is_git_folder_name(&part.as_os_str().to_string_lossy())) {
            Some(part) => Err(Refused::Git(part.as_os_str().to_string_lossy().into_owned())),
            None => Ok(real),
        }
    }

    /// Opens a regular file.
    pub fn open(&self, path: &Path) -> Result<File, Refused> {
        let real = self.resolve(path)?;
        self.open_real(&real)
    }

    /// Opens a file that a manifest may send to a store: not one of Keywright's own folder, with its keys.
    pub fn open_secret(&self, path: &Path) -> Result<File, Refused> {
        let real = self.resolve(path)?;
        let is_own = |(_, rest): (_, &Path)| rest.components().any(|part| part.as_os_str() == OWN_FOLDER);
        if self.below(&real).is_some_and(is_own) {
            return Err(Refused::Own(OWN_FOLDER.to_owned()));
        }
        self.open_real(&real)
    }

    /// Opens a path that [`Bounds::resolve`] returned. No link below the folder is followed any more, so a link that
    /// was put there in between leads nowhere.
    pub fn open_real(&self, real: &Path) -> Result<File, Refused> {
        let (folder, rest) = self.below(real).ok_or(Refused::Outside)?;
        let parts = super::parts(rest).ok_or(Refused::NotAFile)?;
        let (name, folders) = parts.split_last().ok_or(Refused::NotAFile)?;
        let mut at = super::folder(folder)?;
        for part in folders {
            at = super::step(&at, part)?;
        }
        super::open_in(&at, name)
    }

    /// Reads a regular file of at most `most` bytes.
    pub fn read(&self, path: &Path, most: u64) -> Result<Vec<u8>, Refused> {
        super::whole(self.open(path)?, most)
    }

    /// The folder that contains a resolved path, and the rest of the path.
    fn below<'p>(&self, real: &'p Path) -> Option<(&PathBuf, &'p Path)> {
        self.folders.iter().find_map(|folder| Some((folder, real.strip_prefix(folder).ok()?)))
    }

    fn outside(&self, path: &Path, real: &Path) -> Refused {
        let normal = super::normal(path);
        let is_in = |closed: &&Closed| normal.starts_with(&closed.written) || real.starts_with(&closed.real);
        if let Some(closed) = self.closed.iter().find(is_in) {
            return Refused::Listed(closed.link.clone());
        }
        let starts_inside = self.folders.iter().any(|folder| normal.starts_with(folder));
        let is_link = path.symlink_metadata().is_ok_and(|found| found.is_symlink());
        if starts_inside || is_link { Refused::LinkOutside } else { Refused::Outside }
    }
}

/// Names the target of a dangling link.
fn why(path: &Path, error: std::io::Error) -> Refused {
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return Refused::Circle;
    }
    match (error.kind(), path.read_link()) {
        (ErrorKind::NotFound, Ok(target)) => Refused::Dangling(target.display().to_string()),
        _ => Refused::Io(error),
    }
}

#[expect(clippy::disallowed_methods, reason = "edge: the tests create and check files")]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_inside_and_nowhere_else() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let at = |name: &str| root.path().join(name);
        std::fs::write(outside.path().join("canary"), "fake-canary").unwrap();
        std::fs::create_dir(at("..dated")).unwrap();
        std::fs::write(at("..dated/a.yaml"), "inside").unwrap();
        symlink("..dated", at("..data")).unwrap();
        symlink("..data/a.yaml", at("a.yaml")).unwrap();
        symlink(outside.path().join("canary"), at("out.yaml")).unwrap();
        symlink(outside.path(), at("folder")).unwrap();
        symlink("nowhere", at("dangling.yaml")).unwrap();
        symlink("circle.yaml", at("circle.yaml")).unwrap();
        let bounds = Bounds::new(root.path(), &[]);
        assert_eq!(bounds.read(&at("a.yaml"), 100).unwrap(), b"inside");
        for name in ["out.yaml", "folder/canary"] {
            assert!(matches!(bounds.read(&at(name), 100), Err(Refused::LinkOutside)), "{name}");
        }
        assert!(matches!(bounds.read(&outside.path().join("canary"), 100), Err(Refused::Outside)));
        assert!(matches!(bounds.read(&at("circle.yaml"), 100), Err(Refused::Circle)));
        assert!(matches!(bounds.read(&at("dangling.yaml"), 100), Err(Refused::Dangling(to)) if to == "nowhere"));
        assert!(matches!(bounds.read(&at("a.yaml"), 5), Err(Refused::TooLarge(_))));
        assert!(matches!(bounds.read(root.path(), 5), Err(Refused::NotAFile)));
        let wider = bounds.and(outside.path());
        assert_eq!(wider.read(&at("out.yaml"), 100).unwrap(), b"fake-canary");
    }

    #[test]
    fn the_folders_of_git_and_keywright_hold_nothing_for_manifests() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for folder in [".git", ".keywright"] {
            std::fs::create_dir(at(folder)).unwrap();
            std::fs::write(at(folder).join("a"), "fake-canary").unwrap();
        }
        symlink(".git", at("g")).unwrap();
        symlink(".keywright/a", at("k")).unwrap();
        let bounds = Bounds::new(root.path(), &[]);
        for name in [".git/a", "g/a"] {
            assert!(matches!(bounds.open(&at(name)), Err(Refused::Git(_))), "{name}");
        }
        for name in [".keywright/a", "k"] {
            assert!(matches!(bounds.open_secret(&at(name)), Err(Refused::Own(_))), "{name}");
        }
        assert!(bounds.open(&at("k")).is_ok());
    }
}
