//! Deleted files in the lists of changed files that hooks pass to `validate`.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::baseline::baseline;
use crate::diagnostic::Diagnostic;
use crate::files::checkout;
use crate::git::CommitId;
use crate::git::GitError;
use crate::git::Repository;
use crate::rules;

/// Paths on one command line of Git.
const BATCH: usize = 200;

/// Those of the paths that are missing, and that Git knows: they are in the index, in the last commits, or where the checkout left
/// its branch. Together, because a commit may delete hundreds of files.
pub fn deleted_among(paths: &[PathBuf], from: &Path) -> BTreeSet<PathBuf> {
    let mut missing: BTreeMap<Option<PathBuf>, Vec<(&PathBuf, PathBuf)>> = BTreeMap::new();
    for path in paths {
        let whole = from.join(path);
        if fs::symlink_metadata(&whole).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            missing.entry(checkout(existing_folder(&whole))).or_default().push((path, whole));
        }
    }
    let of_one = |(root, paths): (Option<PathBuf>, Vec<(&PathBuf, PathBuf)>)| known(&root?, paths).ok();
    missing.into_iter().filter_map(of_one).flatten().collect()
}

/// Those of the paths in a checkout that Git knows.
fn known(root: &Path, paths: Vec<(&PathBuf, PathBuf)>) -> Result<BTreeSet<PathBuf>, GitError> {
    let Some(repository) = Repository::find_of_anyone(root)? else { return Ok(BTreeSet::new()) };
    let inside = |(path, whole): (&PathBuf, PathBuf)| Some((path.clone(), repository.inside(&whole).ok()?));
    let mut unknown: Vec<(PathBuf, PathBuf)> = paths.into_iter().filter_map(inside).collect();
    let mut known = BTreeSet::new();
    let mut settle = |unknown: &mut Vec<(PathBuf, PathBuf)>, there: &BTreeSet<PathBuf>| {
        known.extend(unknown.extract_if(.., |(_, inside)| there.contains(inside)).map(|(path, _)| path));
    };
    settle(&mut unknown, &repository.tracked_below(repository.root())?.into_iter().collect());
    for commit in known_commits(&repository)? {
        let paths: Vec<PathBuf> = unknown.iter().map(|(_, inside)| inside.clone()).collect();
        let existing = paths.chunks(BATCH).map(|paths| repository.existing(&commit, paths));
        let existing: Vec<Vec<PathBuf>> = existing.collect::<Result<_, _>>()?;
        settle(&mut unknown, &existing.into_iter().flatten().collect());
    }
    Ok(known)
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
