//! Compares many files with a commit, by one run of `git`.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::CommitId;
use super::GitError;
use super::Repository;

/// Most bytes of all files together.
const MOST: u64 = 128 << 20;

/// The content of paths in a commit, in their order. `None` for what is not there, and for paths that no line can hold.
pub(super) fn contents(
    repository: &Repository,
    commit: &CommitId,
    paths: &[PathBuf],
) -> Result<Vec<Option<Vec<u8>>>, GitError> {
    let names: Vec<Option<&str>> =
        paths.iter().map(|path| path.to_str().filter(|name| !name.contains(['\n', '\0']))).collect();
    let input: String = names.iter().flatten().map(|name| format!("{commit}:{name}\n")).collect();
    let arguments = [OsStr::new("cat-file"), OsStr::new("--batch")];
    let out = repository.git.run("read the files of a commit", &arguments, input.as_bytes(), MOST)?;
    let mut rest = out.as_slice();
    Ok(names.into_iter().map(|name| name.and_then(|_| next(&mut rest))).collect())
}

/// The next object of the output: `id blob size`, a line break, the content and a line break; or `name missing`.
fn next(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&rest[..end]).unwrap_or_default();
    let mut words = head.rsplit(' ');
    let size = words.next().and_then(|size| size.parse::<usize>().ok());
    let kind = words.next();
    *rest = &rest[end + 1..];
    let size = size?;
    let content = rest.get(..size)?.to_vec();
    *rest = rest.get(size + 1..).unwrap_or_default();
    (kind == Some("blob")).then_some(content)
}
