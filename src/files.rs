//! Every file whose path comes from a repository is opened and written here. A path may not lead where it seems to: any
//! part may be a link, a pipe, or another user's file.
//!
//! - [`Bounds`] opens files for reading. It follows links, because mounted ConfigMaps need them, but only to where files
//!   may be read.
//! - [`Place`] is one file to write, with its folder held open. It follows no link.
//!
//! Both open folder by folder and check what they opened. So what was checked is what is used, even if another process
//! replaces a part of the path in between.

mod bounds;
mod database;
mod links;
mod place;
mod refused;
mod tracked;
mod tree;

use std::ffi::OsStr;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

pub use bounds::Bounds;
pub use database::database;
pub use database::files_of;
pub use database::is_ignored;
pub use links::inner_repository;
pub use links::not_led_out;
pub use links::repository;
pub use place::Place;
pub use place::outside_git;
pub use refused::Refused;
pub use tracked::Tracked;
pub use tree::Report;
pub use tree::folder_to_fill;
pub use tree::free_name;
pub use tree::write_tree;

use crate::workspace::WORKSPACE_FILE;
use crate::workspace::is_git_folder_name;
use rustix::fs::AtFlags;
use rustix::fs::CWD;
use rustix::fs::FileType;
use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::io::Errno;

/// Opens a folder only to find names in it, which needs no permission to list it.
#[cfg(target_os = "linux")]
const FIND_NAMES: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const FIND_NAMES: OFlags = OFlags::RDONLY;

/// The folder where a walk starts. It may be reached over links, because they are the user's own.
fn folder(path: &Path) -> rustix::io::Result<OwnedFd> {
    rustix::fs::openat(CWD, path, FIND_NAMES | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

/// Opens the folder `name` in `parent`; fails for a link.
fn step(parent: &OwnedFd, name: &OsStr) -> rustix::io::Result<OwnedFd> {
    let flags = FIND_NAMES | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(parent, name, flags, Mode::empty())
}

/// The type of `name` in `parent`, without following a link. `None` if it does not exist.
fn kind(parent: &OwnedFd, name: &OsStr) -> rustix::io::Result<Option<FileType>> {
    match rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(found) => Ok(Some(FileType::from_raw_mode(found.st_mode))),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens the regular file `name` in `parent` for reading. It does not even open a pipe or a device, because that can
/// hang or have effects. If one replaces the file in between, `NONBLOCK` keeps `open` from waiting.
fn open_in(parent: &OwnedFd, name: &OsStr) -> Result<File, Refused> {
    match kind(parent, name)? {
        Some(FileType::RegularFile) => {}
        Some(_) => return Err(Refused::NotAFile),
        None => return Err(Refused::Io(io::ErrorKind::NotFound.into())),
    }
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::openat(parent, name, flags, Mode::empty())?);
    if file.metadata()?.is_file() { Ok(file) } else { Err(Refused::NotAFile) }
}

/// The content of a file of at most `most` bytes.
fn whole(file: File, most: u64) -> Result<Vec<u8>, Refused> {
    // A sparse file is cheap to create, so check the size before reading it.
    if file.metadata()?.len() > most {
        return Err(Refused::TooLarge(size(most)));
    }
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(Refused::TooLarge(size(most))) } else { Ok(bytes) }
}

fn size(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{} KiB", bytes >> 10) }
}

/// The absolute path without `.` and `..`. Does not access the file system.
pub fn normal(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut normal = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

/// The path with the links resolved in the part that exists.
pub fn settled(path: &Path) -> PathBuf {
    let path = normal(path);
    let found = path.ancestors().find_map(|part| Some((part, part.canonicalize().ok()?)));
    match found {
        Some((part, real)) => path.strip_prefix(part).map_or_else(|_| real.clone(), |rest| join(&real, rest)),
        None => path,
    }
}

/// `real` itself if there is no rest: joining an empty path would add a slash.
fn join(real: &Path, rest: &Path) -> PathBuf {
    if rest.as_os_str().is_empty() { real.to_owned() } else { real.join(rest) }
}

/// The path with the links of its folder resolved, but not its own.
pub fn settled_folder(path: &Path) -> PathBuf {
    let path = normal(path);
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => settled(folder).join(name),
        _ => path,
    }
}

/// The parts of a path below its root. `None` if there is none, or if one is `..`.
fn parts(path: &Path) -> Option<Vec<OsString>> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => parts.push(name.to_owned()),
            Component::RootDir | Component::CurDir => {}
            Component::ParentDir | Component::Prefix(_) => return None,
        }
    }
    (!parts.is_empty()).then_some(parts)
}

/// The nearest ancestor that is a workspace or has a Git repository: files below it may come from a repository.
pub fn fence(from: &Path) -> Option<PathBuf> {
    let from = normal(from);
    let is_fence = |folder: &&Path| folder.join(WORKSPACE_FILE).exists() || folder.join(".git").exists();
    from.ancestors().find(is_fence).map(Path::to_path_buf)
}

/// The nearest ancestor with a Git repository.
pub fn checkout(from: &Path) -> Option<PathBuf> {
    let from = normal(from);
    from.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf)
}

/// Reads a file that the user named on the command line in the folder `from`. Below the fence, a link may have been
/// committed by anyone, so it must stay below the fence. Elsewhere it is the user's own.
pub fn read_named(from: &Path, path: &Path, most: u64) -> Result<Vec<u8>, Refused> {
    let path = normal(&from.join(path));
    let bounds = match fence(from).filter(|fence| path.starts_with(fence)) {
        Some(fence) => Bounds::new(&fence, &[]),
        None => {
            not_led_out(from, &path)?;
            Bounds::new(path.canonicalize()?.parent().unwrap_or(Path::new("/")), &[])
        }
    };
    bounds.read(&path, most)
}

/// The place of a file that the user named on the command line in the folder `from`. The file itself must not be a link.
/// In the checkout that contains `from`, or without one in `from`, neither must its folders, and none may be Git's. `None`
/// if its folder does not exist.
pub fn named(from: &Path, path: &Path) -> Result<Option<Place>, Refused> {
    let path = normal(&from.join(path));
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Err(Refused::NotAFile) };
    let fence = repository(from).unwrap_or_else(|| settled(from));
    let real = links::without_links_in(&fence, folder)?.join(name);
    let Ok(below) = real.strip_prefix(&fence) else { return Place::find(Path::new("/"), &real) };
    match below.iter().find(|part| is_git_folder_name(&part.to_string_lossy())) {
        Some(part) => Err(Refused::Git(part.to_string_lossy().into_owned())),
        None => Place::find(&fence, below),
    }
}
