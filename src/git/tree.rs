//! What the tree of a commit and the index hold.

use std::ffi::OsStr;
use std::path::Path;
use std::path::PathBuf;

use super::CommitId;
use super::GitError;
use super::GitErrorKind;
use super::Repository;
use super::run::failed;

/// Largest file that is read out of a commit, in bytes.
const MOST_OF_FILE: u64 = 16 << 20;

/// Most bytes of files that are read at once.
const MOST_OF_FILES: u64 = 128 << 20;

/// Most bytes of a list of paths.
const MOST_OF_LIST: u64 = 128 << 20;

/// What is at a path of a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryKind {
    /// A regular file, with its size in bytes.
    File { size: u64 },
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
}

/// One path of a commit, relative to the root of the checkout.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub path: PathBuf,
    pub kind: EntryKind,
    pub(super) object: Box<str>,
}

/// An entry as `ls-tree` lists it; folders have no kind.
struct Listed {
    path: PathBuf,
    kind: Option<EntryKind>,
    pub(super) object: Box<str>,
}

pub(super) fn read(repository: &Repository, commit: &CommitId, path: &Path) -> Result<Option<Vec<u8>>, GitError> {
    let Some(found) = at(repository, commit, path)? else { return Ok(None) };
    let Some(kind) = found.kind else { return Err(not_a_file(commit, path, "a folder")) };
    let entry = Entry { path: found.path, kind, object: found.object };
    match kind {
        EntryKind::File { size } if size > MOST_OF_FILE => {
            let message = format!("read {} of {}: it is larger than 16 MiB", path.display(), commit.short());
            Err(GitError::new(GitErrorKind::Failed, message, "name a smaller file"))
        }
        EntryKind::File { .. } => Ok(contents(repository, &[&entry])?.pop()),
        EntryKind::Link => Err(not_a_file(commit, path, "a link")),
        EntryKind::Submodule => Err(not_a_file(commit, path, "a submodule")),
    }
}

pub(super) fn list(repository: &Repository, commit: &CommitId, folder: &Path) -> Result<Vec<Entry>, GitError> {
    match at(repository, commit, folder)? {
        None => return Ok(Vec::new()),
        Some(Listed { kind: None, .. }) => {}
        Some(_) => {
            let message = format!("list {} of {}: it is not a folder", folder.display(), commit.short());
            return Err(GitError::new(GitErrorKind::NotAFile, message, "name a folder"));
        }
    }
    let listed = ls_tree(repository, commit, &["-r"], &[folder])?;
    let entry = |listed: Listed| Some(Entry { path: listed.path, kind: listed.kind?, object: listed.object });
    let mut entries: Vec<Entry> = listed.into_iter().filter_map(entry).collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

pub(super) fn contents(repository: &Repository, entries: &[&Entry]) -> Result<Vec<Vec<u8>>, GitError> {
    const WHAT: &str = "read files of a commit";
    let input: String = entries.iter().map(|entry| format!("{}\n", entry.object)).collect();
    let arguments = [OsStr::new("cat-file"), OsStr::new("--batch")];
    let out = repository.git.run(WHAT, &arguments, input.as_bytes(), MOST_OF_FILES)?;
    let mut rest = out.as_slice();
    let mut read = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some((bytes, after)) = one_object(rest, &entry.object) else {
            let message = format!("read {}: this clone does not have its content", entry.path.display());
            let help = "clone without --filter, or run `git fetch --refetch --no-filter`";
            return Err(GitError::new(GitErrorKind::Missing, message, help));
        };
        read.push(bytes.to_vec());
        rest = after;
    }
    Ok(read)
}

/// The content of the first object of `--batch`, and what comes after it. `None` when it is missing.
fn one_object<'o>(out: &'o [u8], object: &str) -> Option<(&'o [u8], &'o [u8])> {
    let end = out.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&out[..end]).ok()?;
    let size: usize = head.strip_prefix(object)?.strip_prefix(" blob ")?.parse().ok()?;
    let rest = &out[end + 1..];
    let after = rest.get(size..)?.strip_prefix(b"\n")?;
    Some((&rest[..size], after))
}

pub(super) fn tracked(repository: &Repository, path: &Path) -> Result<Vec<PathBuf>, GitError> {
    let mut arguments = vec![OsStr::new("ls-files"), OsStr::new("-z"), OsStr::new("--cached"), OsStr::new("--")];
    if path != Path::new("") {
        arguments.push(path.as_os_str());
    }
    let out = repository.git.run("list the files that Git tracks", &arguments, b"", MOST_OF_LIST)?;
    let mut found: Vec<PathBuf> = out.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(path_of).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

pub(super) fn not_ignored(repository: &Repository, paths: &[PathBuf]) -> Result<Vec<PathBuf>, GitError> {
    let what = "find out what Git ignores";
    let inside: Vec<PathBuf> = paths.iter().filter_map(|path| repository.inside(path).ok()).collect();
    if inside.is_empty() {
        return Ok(Vec::new());
    }
    let mut input = Vec::new();
    for path in &inside {
        input.extend(repository.root.join(path).as_os_str().as_encoded_bytes());
        input.push(0);
    }
    let arguments = ["check-ignore", "-z", "--stdin", "--no-index"].map(OsStr::new);
    let ran = repository.git.try_run(what, &arguments, &input, MOST_OF_LIST)?;
    // 1: none is ignored.
    if !matches!(ran.status.code(), Some(0 | 1)) {
        return Err(failed(what, &ran));
    }
    let ignored: Vec<PathBuf> = ran.out.split(|byte| *byte == 0).map(path_of).collect();
    Ok(inside.into_iter().map(|path| repository.root.join(path)).filter(|path| !ignored.contains(path)).collect())
}

pub(super) fn existing(
    repository: &Repository,
    commit: &CommitId,
    paths: &[PathBuf],
) -> Result<Vec<PathBuf>, GitError> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let listed = ls_tree(repository, commit, &[], &paths)?;
    Ok(listed.into_iter().map(|listed| listed.path).filter(|path| paths.contains(&path.as_path())).collect())
}

/// What a commit has at a path. A link or a submodule above it is an error: the path would lead elsewhere.
fn at(repository: &Repository, commit: &CommitId, path: &Path) -> Result<Option<Listed>, GitError> {
    if path == Path::new("") {
        return Ok(Some(Listed { path: PathBuf::new(), kind: None, object: Box::default() }));
    }
    let above: Vec<&Path> = path.ancestors().filter(|path| *path != Path::new("")).collect();
    for found in ls_tree(repository, commit, &["-t"], &above)? {
        if found.path == path {
            return Ok(Some(found));
        }
        let what = match found.kind {
            Some(EntryKind::Link) => "below a link",
            Some(EntryKind::Submodule) => "in a submodule",
            _ => continue,
        };
        if path.starts_with(&found.path) {
            return Err(not_a_file(commit, path, what));
        }
    }
    Ok(None)
}

fn not_a_file(commit: &CommitId, path: &Path, what: &str) -> GitError {
    let message = format!("read {} of {}: it is {what}", path.display(), commit.short());
    GitError::new(GitErrorKind::NotAFile, message, "commit a regular file in its place")
}

fn ls_tree(
    repository: &Repository,
    commit: &CommitId,
    options: &[&str],
    paths: &[&Path],
) -> Result<Vec<Listed>, GitError> {
    let what = format!("list what is in {}", commit.short());
    let mut arguments: Vec<&OsStr> = ["ls-tree", "-z", "-l", "--full-tree"].map(OsStr::new).to_vec();
    arguments.extend(options.iter().map(OsStr::new));
    arguments.extend([OsStr::new(commit.as_str()), OsStr::new("--")]);
    arguments.extend(paths.iter().filter(|path| **path != Path::new("")).map(|path| path.as_os_str()));
    let out = repository.git.run(&what, &arguments, b"", MOST_OF_LIST)?;
    out.split(|byte| *byte == 0).filter(|line| !line.is_empty()).map(|line| listed(line, &what)).collect()
}

/// `mode type object size<TAB>path`
fn listed(line: &[u8], what: &str) -> Result<Listed, GitError> {
    let read = || {
        let tab = line.iter().position(|byte| *byte == b'\t')?;
        let mut words = std::str::from_utf8(&line[..tab]).ok()?.split_ascii_whitespace();
        let (mode, _, object, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let kind = match mode {
            "040000" => None,
            "120000" => Some(EntryKind::Link),
            "160000" => Some(EntryKind::Submodule),
            // A clone without the content does not know the size: reading it says so.
            _ => Some(EntryKind::File { size: size.parse().unwrap_or(0) }),
        };
        Some(Listed { path: path_of(&line[tab + 1..]), kind, object: object.into() })
    };
    read().ok_or_else(|| {
        let message = format!("{what}: git printed a line that is not understood");
        GitError::new(GitErrorKind::Failed, message, "install a current git")
    })
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(name))
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(name).into_owned())
}
