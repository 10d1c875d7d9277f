//! The workspaces that a pattern like `teams/*` means.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use globset::GlobBuilder;
use globset::GlobMatcher;
use ignore::WalkBuilder;

use super::Choice;
use super::NotFound;
use super::commit::Revisions;
use super::find::check_owner;
use super::gone::is_gone;
use super::has_settings;
use super::range::At;
use super::trusted::Trusted;
use crate::files::normal;
use crate::workspace::WORKSPACE_FILE;

/// Whether the name of a workspace is a pattern. A folder whose name only looks like one is a folder.
pub fn is_pattern(workspace: &Path, from: &Path) -> bool {
    has_wildcards(workspace.as_os_str()) && !from.join(workspace).is_dir()
}

fn has_wildcards(text: &OsStr) -> bool {
    text.as_encoded_bytes().iter().any(|byte| b"*?[{".contains(byte))
}

/// What a pattern means.
pub struct Matched {
    /// The folders, by name.
    pub all: Vec<PathBuf>,
    /// Those that only the trusted commit has.
    pub gone: BTreeSet<PathBuf>,
}

/// The folders with settings that match. Those of the trusted commit count, too: a pull request that deletes a
/// workspace must not hide it.
pub fn matching(pattern: &Path, from: &Path, choice: &Choice) -> Result<Matched, NotFound> {
    let (base, glob) = split(pattern, from)?;
    let mut found = in_checkout(&base, &glob);
    let mut gone = BTreeSet::new();
    match &choice.trust {
        Some(revision) => {
            let trusted = Trusted::find(&base, revision, false)?;
            let folders = trusted.workspaces_below(&base)?;
            for folder in folders.into_iter().filter(|folder| is_match(folder, &base, &glob)) {
                if is_gone(&folder) {
                    let moved = Revisions::of(&folder, from)?.moved(At::Commit(trusted.commit()), At::Checkout)?;
                    // A workspace that moved counts once, in the folder that it has now.
                    gone.extend(moved.is_none_or(|moved| !found.contains(&moved.root)).then_some(folder));
                } else {
                    found.insert(folder);
                }
            }
        }
        None => found.iter().try_for_each(|folder| check_owner(folder))?,
    }
    let all = checked(found.union(&gone).cloned().collect(), pattern)?;
    Ok(Matched { all, gone })
}

/// The folders that match and have settings in one of the versions of a range. A workspace that moved counts once, in the
/// folder that it has now.
pub fn compared(pattern: &Path, range: &str, from: &Path) -> Result<Vec<PathBuf>, NotFound> {
    let (base, glob) = split(pattern, from)?;
    let revisions = Revisions::of(&base, from)?;
    let range = revisions.range(range)?;
    let in_version = |at: At<'_>| -> Result<BTreeSet<PathBuf>, NotFound> {
        let folders = revisions.workspaces(at)?.into_iter();
        Ok(folders.filter(|folder| is_match(folder, &base, &glob)).collect())
    };
    let (old, new) = (At::Commit(&range.before.commit), At::of(range.after.as_ref()));
    let before = in_version(old)?;
    let mut found = match new {
        At::Commit(_) => in_version(new)?,
        At::Checkout => in_checkout(&base, &glob),
    };
    if range.after.is_none() {
        found.iter().try_for_each(|folder| check_owner(folder))?;
    }
    for folder in before.difference(&found.clone()) {
        let moved = Revisions::of(folder, from)?.moved(old, new)?;
        if moved.is_none_or(|moved| !found.contains(&moved.root)) {
            found.insert(folder.clone());
        }
    }
    checked(found, pattern)
}

fn is_match(folder: &Path, base: &Path, glob: &GlobMatcher) -> bool {
    folder.strip_prefix(base).is_ok_and(|inner| glob.is_match(inner))
}

fn in_checkout(base: &Path, glob: &GlobMatcher) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let depth = if glob.glob().glob().contains("**") { None } else { Some(glob.glob().glob().split('/').count()) };
    let mut walk = WalkBuilder::new(base);
    walk.standard_filters(false).hidden(true).follow_links(false).max_depth(depth);
    for entry in walk.build().flatten() {
        let path = entry.path();
        if is_match(path, base, glob) && path.is_dir() && has_settings(path) {
            found.insert(path.to_path_buf());
        }
    }
    found
}

fn checked(found: BTreeSet<PathBuf>, pattern: &Path) -> Result<Vec<PathBuf>, NotFound> {
    if found.is_empty() {
        let message = format!("find a workspace that matches {}", pattern.display());
        let help = format!("pass a pattern of folders that contain {WORKSPACE_FILE}, in quotes, like 'teams/*'");
        return Err(NotFound::new(message, help));
    }
    Ok(found.into_iter().collect())
}

/// The folder above the first wildcard, and the pattern below it.
fn split(pattern: &Path, from: &Path) -> Result<(PathBuf, GlobMatcher), NotFound> {
    let parts: Vec<Component<'_>> = pattern.components().collect();
    let first = parts.iter().position(|part| has_wildcards(part.as_os_str())).unwrap_or(parts.len());
    let (above, below) = parts.split_at(first);
    let base = normal(&from.join(above.iter().collect::<PathBuf>()));
    let below = below.iter().collect::<PathBuf>();
    let glob = GlobBuilder::new(&below.to_string_lossy()).literal_separator(true).build();
    let invalid = |error: globset::Error| {
        let message = format!("read the pattern {}: {}", pattern.display(), error.kind());
        NotFound::new(message, "`*` matches a part of a name, `**` any number of folders")
    };
    Ok((base, glob.map_err(invalid)?.compile_matcher()))
}
