//! What the tree of a commit and the index hold.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::CommitFile;
use super::CommitId;
use super::CommitKind;
use super::GitError;
use super::GitErrorKind;
use super::Repository;
use super::run::failed;

/// Largest file that is read out of a commit, in bytes.
const MOST_OF_FILE: u64 = 16 << 20;

/// Most bytes of a list of paths.
const MOST_OF_LIST: u64 = 128 << 20;

/// What is at a path of a commit; folders have no kind.
#[derive(Clone, Copy)]
enum Kind {
    /// A regular file, with its size in bytes.
    File { size: u64 },
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
}

/// One path of a commit, relative to the root of the checkout, as `ls-tree` lists it.
struct Listed {
    path: PathBuf,
    kind: Option<Kind>,
    object: Box<str>,
}

pub(super) fn read(repository: &Repository, commit: &CommitId, path: &Path) -> Result<Option<Vec<u8>>, GitError> {
    let Some(found) = at(repository, commit, path)? else { return Ok(None) };
    match found.kind {
        None => Err(not_a_file(commit, path, "a folder")),
        Some(Kind::Link) => Err(not_a_file(commit, path, "a link")),
        Some(Kind::Submodule) => Err(not_a_file(commit, path, "a submodule")),
        Some(Kind::File { size }) if size > MOST_OF_FILE => {
            let message = format!("read {} of {}: it is larger than 16 MiB", path.display(), commit.short());
            Err(GitError::new(GitErrorKind::Failed, message, "name a smaller file"))
        }
        Some(Kind::File { .. }) => content(repository, &found).map(Some),
    }
}

fn content(repository: &Repository, file: &Listed) -> Result<Vec<u8>, GitError> {
    let arguments = [OsStr::new("cat-file"), OsStr::new("--batch")];
    let input = format!("{}\n", file.object);
    // The size that was listed may be missing, so the output has its own limit.
    let out = repository.git.run("read a file of a commit", &arguments, input.as_bytes(), MOST_OF_FILE + (1 << 10))?;
    one_object(&out, &file.object).map(<[u8]>::to_vec).ok_or_else(|| not_there(&file.path))
}

/// The content of the object in the output of `--batch`. `None` when it is missing.
fn one_object<'o>(out: &'o [u8], object: &str) -> Option<&'o [u8]> {
    let end = out.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&out[..end]).ok()?;
    let size: usize = head.strip_prefix(object)?.strip_prefix(" blob ")?.parse().ok()?;
    let rest = &out[end + 1..];
    rest.get(size..)?.strip_prefix(b"\n")?;
    Some(&rest[..size])
}

/// Everything below a folder of a commit but folders, or the file itself; in the order of Git.
pub(super) fn below(repository: &Repository, commit: &CommitId, folder: &Path) -> Result<Vec<CommitFile>, GitError> {
    let folders = at(repository, commit, folder)?;
    let Some(found) = folders else { return Ok(Vec::new()) };
    let listed = if found.kind.is_some() { vec![found] } else { ls_tree(repository, commit, &["-r"], &[folder])? };
    let file = |listed: Listed| {
        let kind = match listed.kind? {
            Kind::File { size } => CommitKind::File { size },
            Kind::Link => CommitKind::Link,
            Kind::Submodule => CommitKind::Submodule,
        };
        Some(CommitFile { path: listed.path, kind, object: listed.object })
    };
    Ok(listed.into_iter().filter_map(file).collect())
}

/// The content of regular files, in the order of `files`. `most` is their total size in bytes.
pub(super) fn read_files(repository: &Repository, files: &[&CommitFile], most: u64) -> Result<Vec<Vec<u8>>, GitError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let input: String = files.iter().map(|file| format!("{}\n", file.object)).collect();
    let most = most + ((files.len() as u64) << 7);
    let arguments = [OsStr::new("cat-file"), OsStr::new("--batch")];
    let out = repository.git.run("read the files of a commit", &arguments, input.as_bytes(), most)?;
    let mut rest = out.as_slice();
    let mut contents = Vec::new();
    for file in files {
        let content = one_object(rest, &file.object).ok_or_else(|| not_there(&file.path))?;
        contents.push(content.to_vec());
        let head = rest.iter().position(|byte| *byte == b'\n').unwrap_or_default();
        rest = rest.get(head + 1 + content.len() + 1..).unwrap_or_default();
    }
    Ok(contents)
}

fn not_there(path: &Path) -> GitError {
    let message = format!("read {}: this clone does not have its content", path.display());
    let help = "clone without --filter, or run `git fetch --refetch --no-filter`";
    GitError::new(GitErrorKind::Missing, message, help)
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

pub(super) fn present(repository: &Repository, name: &str) -> Result<Vec<PathBuf>, GitError> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"].map(OsStr::new);
    let out = repository.git.run("list the files of the checkout", &arguments, b"", MOST_OF_LIST)?;
    let paths = out.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(path_of);
    let is_there = |path: &PathBuf| fs::symlink_metadata(repository.root.join(path)).is_ok();
    let mut found: Vec<PathBuf> = paths.filter(|path| path.ends_with(name) && is_there(path)).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

pub(super) fn not_ignored(repository: &Repository, paths: &[PathBuf]) -> Result<Vec<PathBuf>, GitError> {
    let ignored = ignored(repository, paths)?;
    let open = paths.iter().filter(|path| !ignored.contains(*path)).filter_map(|path| repository.inside(path).ok());
    Ok(open.map(|path| repository.root.join(path)).collect())
}

pub(super) fn ignored(repository: &Repository, paths: &[PathBuf]) -> Result<BTreeSet<PathBuf>, GitError> {
    let what = "find out what Git ignores";
    let whole = |path: &PathBuf| Some((repository.root.join(repository.inside(path).ok()?), path.clone()));
    let inside: Vec<(PathBuf, PathBuf)> = paths.iter().filter_map(whole).collect();
    if inside.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut input = Vec::new();
    for (path, _) in &inside {
        input.extend(path.as_os_str().as_encoded_bytes());
        input.push(0);
    }
    let arguments = ["check-ignore", "-z", "--stdin", "--no-index"].map(OsStr::new);
    let ran = repository.git.try_run(what, &arguments, &input, MOST_OF_LIST)?;
    // 1: none is ignored.
    if !matches!(ran.status.code(), Some(0 | 1)) {
        return Err(failed(what, &ran));
    }
    let ignored: BTreeSet<PathBuf> = ran.out.split(|byte| *byte == 0).map(path_of).collect();
    Ok(inside.into_iter().filter(|(whole, _)| ignored.contains(whole)).map(|(_, path)| path).collect())
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
            Some(Kind::Link) => "below a link",
            Some(Kind::Submodule) => "in a submodule",
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
            "120000" => Some(Kind::Link),
            "160000" => Some(Kind::Submodule),
            // A clone without the content does not know the size: reading it says so.
            _ => Some(Kind::File { size: size.parse().unwrap_or(0) }),
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
