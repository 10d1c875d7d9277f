//! One file to write, with its folder held open.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::path::PathBuf;

use rustix::fs::AtFlags;
use rustix::fs::FileType;
use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::io::Errno;

use super::Refused;
use crate::randomness;
use crate::workspace::is_git_name;

/// The prefix of unfinished files.
const UNFINISHED: &str = ".keywright-unfinished-";

/// For the owner only, whatever the umask: a umask only removes permissions.
const OWNERS_FILE: Mode = Mode::from_raw_mode(0o600);
/// As the umask allows.
const SHARED_FILE: Mode = Mode::from_raw_mode(0o666);
const OWNERS_FOLDER: Mode = Mode::from_raw_mode(0o700);
/// As the umask allows.
const SHARED_FOLDER: Mode = Mode::from_raw_mode(0o777);

/// What to do about missing folders on the way to a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Makes {
    Nothing,
    /// Create them, so that Git ignores them.
    Hidden,
    /// Create them, for Git too.
    Open,
}

/// A file, which may not exist yet, in a folder that was reached without following a link.
pub struct Place {
    folder: OwnedFd,
    name: OsString,
    /// For messages.
    path: PathBuf,
}

impl Place {
    /// The place of `path` below `root`. `None` if its folder does not exist. Links may lead to `root` itself.
    pub fn find(root: &Path, path: &Path) -> Result<Option<Self>, Refused> {
        Self::walk(root, path, Makes::Nothing)
    }

    /// The same, but creates missing folders, readable by their owner only. The topmost of them gets a `.gitignore`, so
    /// that `git add` takes nothing in it.
    pub fn make(root: &Path, path: &Path) -> Result<Self, Refused> {
        let place = Self::walk(root, path, Makes::Hidden)?;
        place.ok_or_else(|| Refused::Io(io::ErrorKind::NotFound.into()))
    }

    /// The same for files that are meant for Git: the folders have no `.gitignore`, and are for all users, as the umask
    /// allows.
    pub fn make_open(root: &Path, path: &Path) -> Result<Self, Refused> {
        let place = Self::walk(root, path, Makes::Open)?;
        place.ok_or_else(|| Refused::Io(io::ErrorKind::NotFound.into()))
    }

    fn walk(root: &Path, path: &Path, makes: Makes) -> Result<Option<Self>, Refused> {
        let parts = super::parts(path).ok_or(Refused::Outside)?;
        let Some((name, folders)) = parts.split_last() else { return Err(Refused::Outside) };
        let mut folder = super::folder(root)?;
        // Users know files of a workspace by their path in it.
        let mut so_far = if root == Path::new("/") { root.to_path_buf() } else { PathBuf::new() };
        let mut is_new = false;
        for part in folders {
            so_far.push(part);
            folder = match super::step(&folder, part) {
                Ok(next) => next,
                Err(Errno::NOENT) if makes != Makes::Nothing => {
                    match makes {
                        Makes::Hidden if is_new => make_inner(&folder, part, OWNERS_FOLDER)?,
                        Makes::Hidden => make_ignored(&folder, part)?,
                        Makes::Open | Makes::Nothing => make_inner(&folder, part, SHARED_FOLDER)?,
                    }
                    is_new = true;
                    super::step(&folder, part)?
                }
                Err(Errno::NOENT) => return Ok(None),
                Err(error) => return Err(why(&folder, part, &so_far, error)),
            };
        }
        so_far.push(name);
        if super::kind(&folder, name)? == Some(FileType::Symlink) {
            return Err(Refused::Link(so_far.display().to_string()));
        }
        Ok(Some(Self { folder, name: name.clone(), path: so_far }))
    }

    /// Refuses anything that is not a regular file.
    pub fn check_file(&self) -> Result<(), Refused> {
        match super::kind(&self.folder, &self.name)? {
            None | Some(FileType::RegularFile) => Ok(()),
            Some(FileType::Symlink) => Err(Refused::Link(self.path.display().to_string())),
            Some(_) => Err(Refused::NotAFile),
        }
    }

    /// Opens the file for reading. `None` if it does not exist.
    pub fn open_existing(&self) -> Result<Option<File>, Refused> {
        if super::kind(&self.folder, &self.name)?.is_none() {
            return Ok(None);
        }
        super::open_in(&self.folder, &self.name).map(Some)
    }

    /// Whether the place contains this open file, and not another one or none.
    pub fn is(&self, file: &File) -> Result<bool, Refused> {
        let open = rustix::fs::fstat(file)?;
        match rustix::fs::statat(&self.folder, &self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => Ok((found.st_dev, found.st_ino) == (open.st_dev, open.st_ino)),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The content of the file. `None` if it does not exist.
    pub fn read(&self, most: u64) -> Result<Option<Vec<u8>>, Refused> {
        self.open_existing()?.map(|file| super::whole(file, most)).transpose()
    }

    /// Whether any user may execute the file.
    pub fn is_program(&self) -> bool {
        rustix::fs::statat(&self.folder, &self.name, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|found| FileType::from_raw_mode(found.st_mode).is_file() && found.st_mode & 0o111 != 0)
    }

    /// Replaces the content atomically, after it is on disk. The file becomes readable by its owner only.
    pub fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        self.replace_with(OWNERS_FILE, bytes)
    }

    /// The same, but other users may read the file, as the umask allows.
    pub fn replace_shared(&self, bytes: &[u8]) -> io::Result<()> {
        self.replace_with(SHARED_FILE, bytes)
    }

    /// The same, but the file gets the permissions of `like`, as the umask allows.
    pub fn replace_like(&self, like: &File, bytes: &[u8]) -> io::Result<()> {
        let mode = Mode::from_raw_mode(rustix::fs::fstat(like)?.st_mode);
        self.replace_with(mode & (Mode::RWXU | Mode::RWXG | Mode::RWXO), bytes)
    }

    fn replace_with(&self, mode: Mode, bytes: &[u8]) -> io::Result<()> {
        let unfinished = unfinished()?;
        write_new(&self.folder, &unfinished, mode, bytes)?;
        let renamed = rustix::fs::renameat(&self.folder, &unfinished, &self.folder, &self.name);
        if renamed.is_err() {
            let _ = rustix::fs::unlinkat(&self.folder, &unfinished, AtFlags::empty());
        }
        renamed?;
        self.sync();
        Ok(())
    }

    /// Removes the file.
    pub fn remove(&self) -> io::Result<()> {
        rustix::fs::unlinkat(&self.folder, &self.name, AtFlags::empty())?;
        self.sync();
        Ok(())
    }

    /// Creates the file. The file becomes readable by its owner only. Fails if it exists.
    pub fn create(&self, bytes: &[u8]) -> io::Result<()> {
        self.create_with(OWNERS_FILE, bytes)
    }

    /// The same, but other users may read the file, as the umask allows.
    pub fn create_shared(&self, bytes: &[u8]) -> io::Result<()> {
        self.create_with(SHARED_FILE, bytes)
    }

    fn create_with(&self, mode: Mode, bytes: &[u8]) -> io::Result<()> {
        let unfinished = unfinished()?;
        write_new(&self.folder, &unfinished, mode, bytes)?;
        // Unlike a rename, a link fails if the name is taken.
        let linked = rustix::fs::linkat(&self.folder, &unfinished, &self.folder, &self.name, AtFlags::empty());
        let _ = rustix::fs::unlinkat(&self.folder, &unfinished, AtFlags::empty());
        match linked {
            // Some file systems know no second name for a file.
            Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS) => write_new(&self.folder, &self.name, mode, bytes)?,
            result => result?,
        }
        self.sync();
        Ok(())
    }

    /// Checks that a file can be written here, without touching an existing one.
    pub fn check_writable(&self) -> io::Result<()> {
        let unfinished = unfinished()?;
        write_new(&self.folder, &unfinished, OWNERS_FILE, b"")?;
        Ok(rustix::fs::unlinkat(&self.folder, &unfinished, AtFlags::empty())?)
    }

    /// Creates an empty file if there is none, without opening an existing one: closing a file releases all locks that
    /// this process has on it, and SQLite needs its locks.
    pub fn create_empty(&self) -> Result<(), Refused> {
        self.check_file()?;
        match write_new(&self.folder, &self.name, OWNERS_FILE, b"") {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error.into()),
            _ => self.check_file(),
        }
    }

    /// Opens the file for reading and appending, and creates it if it does not exist.
    pub fn open(&self) -> Result<File, Refused> {
        self.check_file()?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let flags = flags | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::openat(&self.folder, &self.name, flags, OWNERS_FILE)?);
        if file.metadata()?.is_file() { Ok(file) } else { Err(Refused::NotAFile) }
    }

    /// Takes the folder away from other users. If that is not possible, the files in it are still the owner's only.
    pub fn close_folder(&self) {
        if let Ok(folder) = self.readable_folder() {
            let _ = rustix::fs::fchmod(&folder, OWNERS_FOLDER);
        }
    }

    /// Removes unfinished files of killed runs. Only for folders that one run at a time writes to.
    pub fn sweep(&self) {
        let Ok(folder) = self.readable_folder() else { return };
        let entries = rustix::fs::Dir::read_from(&folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_name().to_bytes().starts_with(UNFINISHED.as_bytes())) {
            // If a file cannot be removed, the next write tries again.
            let _ = rustix::fs::unlinkat(&self.folder, entry.file_name(), AtFlags::empty());
        }
    }

    /// Makes a new name durable. Some file systems cannot; that is not worth a failure.
    fn sync(&self) {
        if let Ok(folder) = self.readable_folder() {
            let _ = rustix::fs::fsync(&folder);
        }
    }

    fn readable_folder(&self) -> rustix::io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        rustix::fs::openat(&self.folder, ".", flags, Mode::empty())
    }
}

/// A name that no other process and no other write uses.
fn unfinished() -> io::Result<OsString> {
    Ok(format!("{UNFINISHED}{}", randomness::id()?.simple()).into())
}

/// Writes a new file to disk, or none.
fn write_new(folder: &OwnedFd, name: &OsStr, mode: Mode, bytes: &[u8]) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(rustix::fs::openat(folder, name, flags, mode)?);
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = rustix::fs::unlinkat(folder, name, AtFlags::empty());
    }
    written
}

/// Creates a folder without a `.gitignore` of its own.
fn make_inner(parent: &OwnedFd, name: &OsStr, mode: Mode) -> Result<(), Refused> {
    match rustix::fs::mkdirat(parent, name, mode) {
        Err(error) if error != Errno::EXIST => Err(error.into()),
        _ => Ok(()),
    }
}

/// The file that makes Git ignore a folder.
const IGNORE: &str = ".gitignore";

/// Creates a folder with its `.gitignore`, first under another name, so that it never exists without.
fn make_ignored(parent: &OwnedFd, name: &OsStr) -> Result<(), Refused> {
    let unfinished = unfinished()?;
    rustix::fs::mkdirat(parent, &unfinished, OWNERS_FOLDER)?;
    let folder = super::step(parent, &unfinished)?;
    let made = write_new(&folder, OsStr::new(IGNORE), OWNERS_FILE, b"*\n")
        .and_then(|()| Ok(rustix::fs::renameat(parent, &unfinished, parent, name)?));
    if made.is_err() {
        let _ = rustix::fs::unlinkat(&folder, IGNORE, AtFlags::empty());
        let _ = rustix::fs::unlinkat(parent, &unfinished, AtFlags::REMOVEDIR);
    }
    match made {
        // Another run may have created it in between; the next step checks what it is.
        Err(_) if super::kind(parent, name)?.is_some() => Ok(()),
        result => Ok(result?),
    }
}

/// Refuses a path below `root` that leads into a folder of Git, whatever its name, or to a file that Git or a forge
/// reads. For paths that a repository names; called before anything is created.
pub fn outside_git(root: &Path, path: &Path) -> Result<(), Refused> {
    let mut at = PathBuf::new();
    for part in path.components() {
        at.push(part);
        if is_git_name(&part.as_os_str().to_string_lossy()) || is_git_folder(&root.join(&at)) {
            return Err(Refused::Git(at.display().to_string()));
        }
    }
    Ok(())
}

/// Whether the content of a folder is that of a repository.
fn is_git_folder(path: &Path) -> bool {
    ["HEAD", "objects", "refs"].iter().all(|name| path.join(name).exists())
}

/// Why a folder could not be opened.
fn why(parent: &OwnedFd, part: &OsStr, path: &Path, error: Errno) -> Refused {
    match super::kind(parent, part) {
        Ok(Some(FileType::Symlink)) => Refused::Link(path.display().to_string()),
        Ok(Some(FileType::Directory) | None) | Err(_) => Refused::Io(error.into()),
        Ok(Some(_)) => Refused::NotAFolder(path.display().to_string()),
    }
}

#[expect(clippy::disallowed_methods, reason = "edge: the tests create and check files")]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::fs::symlink;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn new_files_and_folders_are_for_their_owner_and_hidden_from_git() {
        let root = tempfile::tempdir().unwrap();
        let place = Place::make(root.path(), Path::new("a/b/c.env")).unwrap();
        place.replace(b"A=1\n").unwrap();
        place.replace(b"A=2\n").unwrap();
        assert_eq!(fs::read(root.path().join("a/b/c.env")).unwrap(), b"A=2\n");
        assert_eq!(mode(&root.path().join("a/b/c.env")), 0o600);
        assert_eq!((mode(&root.path().join("a")), mode(&root.path().join("a/b"))), (0o700, 0o700));
        assert_eq!(fs::read(root.path().join("a/.gitignore")).unwrap(), b"*\n");
        let names: Vec<_> = fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["a"]);
        assert_eq!(place.create(b"no").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(place.read(100).unwrap().unwrap(), b"A=2\n");
        assert_eq!(fs::read_dir(root.path().join("a/b")).unwrap().count(), 1);
        fs::set_permissions(root.path().join("a/b"), fs::Permissions::from_mode(0o755)).unwrap();
        place.close_folder();
        assert_eq!(mode(&root.path().join("a/b")), 0o700);
    }

    #[test]
    fn no_link_is_followed_on_the_way() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(outside.path().join("canary"), "fake-canary").unwrap();
        symlink(outside.path(), root.path().join("out")).unwrap();
        symlink(outside.path().join("canary"), root.path().join("file")).unwrap();
        fs::create_dir(root.path().join("inside")).unwrap();
        symlink("inside", root.path().join("link")).unwrap();
        for path in ["out/canary", "out/new/x", "file", "link/x"] {
            assert!(matches!(Place::make(root.path(), Path::new(path)), Err(Refused::Link(_))), "{path}");
            assert!(matches!(Place::find(root.path(), Path::new(path)), Err(Refused::Link(_))), "{path}");
        }
        assert!(matches!(Place::make(root.path(), Path::new("a/../b")), Err(Refused::Outside)));
        assert!(Place::find(root.path(), Path::new("nowhere/x")).unwrap().is_none());
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_of_git_is_recognized_by_its_content() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("bare/objects")).unwrap();
        fs::create_dir_all(root.path().join("bare/refs")).unwrap();
        fs::write(root.path().join("bare/HEAD"), "ref: refs/heads/main\n").unwrap();
        for path in ["bare/hooks/x", ".GIT/x", ".github/workflows/x", ".gitmodules"] {
            assert!(matches!(outside_git(root.path(), Path::new(path)), Err(Refused::Git(_))), "{path}");
        }
        outside_git(root.path(), Path::new("secrets/x")).unwrap();
    }
}
