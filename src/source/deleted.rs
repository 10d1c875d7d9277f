//! Deleted files in the lists of changed files that hooks pass to `validate`.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::baseline::baseline;
use crate::diagnostic::Diagnostic;
use crate::git::CommitId;
use crate::git::GitError;
use crate::git::Repository;
use crate::rules;

/// Whether a path is missing, and Git knows it: it is in the index, in the last commits, or where the checkout left its branch.
pub fn is_deleted(path: &Path, from: &Path) -> bool {
    let path = from.join(path);
    let is_missing = fs::symlink_metadata(&path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    is_missing && is_known(&path).unwrap_or(false)
}

fn is_known(path: &Path) -> Result<bool, GitError> {
    let Some(repository) = Repository::find_of_anyone(existing_folder(path))? else { return Ok(false) };
    let path = repository.inside(path)?;
    if repository.tracks(&path)? {
        return Ok(true);
    }
    for commit in known_commits(&repository)? {
        if !repository.existing(&commit, std::slice::from_ref(&path))?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The commits that may have what a list of changed files names, from where the checkout left its branch to the last one.
pub(super) fn known_commits(repository: &Repository) -> Result<Vec<CommitId>, GitError> {
    let mut commits = baseline(repository, None)?.map_or_else(Vec::new, |base| base.commits);
    // A hook that runs after the commit.
    commits.extend(repository.resolve_past("HEAD~1"));
    commits.extend(repository.head()?);
    Ok(commits)
}

/// The nearest folder above a path that exists.
pub(super) fn existing_folder(path: &Path) -> &Path {
    path.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(path)
}

/// The path to find the workspace by: for what is missing, the nearest folder above it.
pub(super) fn start(path: &Path, from: &Path) -> PathBuf {
    let whole = from.join(path);
    if whole.exists() { path.to_path_buf() } else { existing_folder(&whole).to_path_buf() }
}

/// KW-151.
pub(super) fn finding(path: &Path) -> Diagnostic {
    let message = format!("{} was deleted, so the workspace is checked without it", path.display());
    rules::KW_151.finding(message).help("if it should be there, restore it with Git")
}
