//! From a folder up to the `.git` that it belongs to.

use std::fs;
use std::io::Read;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use super::Checkout;
use super::GitError;
use super::GitErrorKind;
use super::Repository;
use super::run::Git;
use crate::owner;

/// Longest file that leads to a repository, in bytes.
const LONGEST: u64 = 8 << 10;

/// `is_of_anyone` is whether the owner does not matter.
pub(super) fn find(folder: &Path, is_of_anyone: bool) -> Result<Option<Repository>, GitError> {
    let start = normal(folder);
    for root in start.ancestors() {
        let entry = root.join(".git");
        let Ok(metadata) = fs::symlink_metadata(&entry) else { continue };
        let root = real(root)?;
        if !without_links(&start).starts_with(&root) {
            let message = format!("find the repository of {}: a link leads out of {}", start.display(), root.display());
            return Err(GitError::new(GitErrorKind::Outside, message, "name the folder itself, without the link"));
        }
        let (folder, checkout) = if metadata.is_dir() {
            (real(&entry)?, Checkout::Main)
        } else if metadata.is_file() {
            led_to(&entry, &root)?
        } else {
            return Err(not_a_repository(&entry, "it is neither a folder nor a file"));
        };
        check_layout(&entry, &folder)?;
        let foreign = if is_of_anyone { None } else { foreign(&[&root, &entry, &folder], &start)? };
        let git = Git { folder: folder.clone(), root: root.clone() };
        return Ok(Some(Repository { root, folder, checkout, foreign, git }));
    }
    Ok(None)
}

/// Where a `.git` file leads, as Git writes them for worktrees and submodules.
fn led_to(entry: &Path, root: &Path) -> Result<(PathBuf, Checkout), GitError> {
    let text = short_text(entry).ok_or_else(|| not_a_repository(entry, "it could not be read"))?;
    let path =
        text.strip_prefix("gitdir: ").ok_or_else(|| not_a_repository(entry, "it does not begin with `gitdir: `"))?;
    let folder = real(&root.join(path.trim_end_matches(['\n', '\r'])))?;
    if folder.join("commondir").is_file() {
        // The repository names its worktrees: one that it does not know could have been put there by anybody.
        let back = short_text(&folder.join("gitdir")).map(|back| folder.join(back.trim_end_matches(['\n', '\r'])));
        if back.and_then(|back| back.canonicalize().ok()) != entry.canonicalize().ok() {
            return Err(not_a_repository(entry, "the repository that it names does not know this worktree"));
        }
        return Ok((folder, Checkout::Worktree));
    }
    let is_module = folder.components().any(|part| part.as_os_str() == "modules");
    Ok((folder, if is_module { Checkout::Submodule } else { Checkout::Main }))
}

/// Where a repository keeps what its worktrees share.
pub(super) fn common(folder: &Path) -> PathBuf {
    match short_text(&folder.join("commondir")) {
        Some(path) => folder.join(path.trim_end_matches(['\n', '\r'])),
        None => folder.to_path_buf(),
    }
}

/// What makes a folder a repository for Git, too.
fn check_layout(entry: &Path, folder: &Path) -> Result<(), GitError> {
    let common = common(folder);
    let missing = [("HEAD", folder), ("objects", &common), ("refs", &common)]
        .into_iter()
        .find(|(name, folder)| fs::symlink_metadata(folder.join(name)).is_err());
    match missing {
        Some((name, folder)) => Err(not_a_repository(entry, &format!("{} has no {name}", folder.display()))),
        None => Ok(()),
    }
}

/// What another user owns of the repository. The owner of the folder where we begin may say what it belongs to, which
/// is so where a container's root works on a checkout that it was given; anybody else is refused.
fn foreign(paths: &[&Path], start: &Path) -> Result<Option<(PathBuf, u32)>, GitError> {
    let here = owner::of(start);
    let foreign = paths.iter().find_map(|path| Some((path.to_path_buf(), owner::stranger(path)?)));
    match foreign {
        Some((path, owner)) if here != Some(owner) => {
            let message = format!("use the repository {}: it belongs to another user (uid {owner})", path.display());
            Err(GitError::new(GitErrorKind::Foreign, message, "run as that user, or make a clone of your own"))
        }
        foreign => Ok(foreign),
    }
}

fn short_text(path: &Path) -> Option<String> {
    let mut text = String::new();
    fs::File::open(path).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

fn real(path: &Path) -> Result<PathBuf, GitError> {
    path.canonicalize().map_err(|error| not_a_repository(path, &error.to_string()))
}

fn not_a_repository(path: &Path, cause: &str) -> GitError {
    let message = format!("use {} as a repository: {cause}", path.display());
    GitError::new(GitErrorKind::NotRepository, message, "remove it, or clone the repository again")
}

/// The path without links, as far as it exists.
fn without_links(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| without_links_above(path))
}

/// The path with the links above its last part followed, as far as it exists.
pub(super) fn without_links_above(path: &Path) -> PathBuf {
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => without_links(parent).join(name),
        _ => path.to_path_buf(),
    }
}

/// The path as text, absolute and without `.` and `..`: nothing is looked up.
pub(super) fn normal(path: &Path) -> PathBuf {
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
