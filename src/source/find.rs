//! Finds the workspace of the given paths. A settings file that a pull request adds in a folder must not win over the
//! protected one above, and one that another user wrote must not decide what this run does. So if more than one could be
//! meant, the error names both.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::Choice;
use super::NotFound;
use super::deleted;
use super::trusted::Trusted;
use crate::files::normal;
use crate::owner;
use crate::workspace::WORKSPACE_FILE;

pub(super) struct Found {
    pub(super) root: PathBuf,
    pub(super) trusted: Option<Trusted>,
}

/// The workspace of `paths`, which are relative to the folder `from`.
pub(super) fn find(paths: &[PathBuf], from: &Path, choice: &Choice) -> Result<Found, NotFound> {
    let chosen = choice.workspace.as_ref().map(|folder| chosen(&from.join(folder))).transpose()?;
    let starts = starts(paths, from)?;
    let start = chosen.as_ref().unwrap_or(&starts[0]);
    let trust = |revision: &String| Trusted::find(start, revision, chosen.is_some());
    let trusted = choice.trust.as_ref().map(trust).transpose()?;
    let root = match &chosen {
        Some(folder) => folder.clone(),
        None => only_root(&starts, trusted.as_ref())?,
    };
    match &trusted {
        Some(trusted) => trusted.check_reached(&root)?,
        None if chosen.is_none() => check_owner(&root)?,
        None => {}
    }
    Ok(Found { root, trusted })
}

fn chosen(folder: &Path) -> Result<PathBuf, NotFound> {
    if folder.is_dir() {
        return Ok(normal(folder));
    }
    let message = format!("use the workspace {}: it is not a folder", folder.display());
    Err(NotFound::new(message, "pass the folder of a workspace with --workspace"))
}

/// The folders of the paths. Only the first path must exist; problems of the others are reported when they are read.
fn starts(paths: &[PathBuf], from: &Path) -> Result<Vec<PathBuf>, NotFound> {
    let mut starts = Vec::new();
    for path in paths.iter().filter(|path| *path != Path::new("-")).map(|path| from.join(path)) {
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => starts.push(normal(&path)),
            Err(error) if starts.is_empty() => {
                let help = "pass a workspace folder, or a file with manifests";
                return Err(NotFound::new(format!("read {}: {error}", path.display()), help));
            }
            _ => starts.push(normal(path.parent().unwrap_or(from))),
        }
    }
    if starts.is_empty() {
        starts.push(normal(from));
    }
    Ok(starts)
}

/// The paths of each workspace. Paths that are in none belong to the first one.
pub fn by_workspace(
    paths: &[PathBuf],
    from: &Path,
    choice: &Choice,
) -> Result<BTreeMap<PathBuf, Vec<PathBuf>>, NotFound> {
    let mut folders: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for path in paths {
        for start in starts(&[deleted::start(path, from)], from)? {
            folders.entry(start).or_default().push(path.clone());
        }
    }
    let start = folders.keys().next().map_or(from, PathBuf::as_path);
    let trust = |revision: &String| Trusted::find(start, revision, false);
    let trusted = choice.trust.as_ref().map(trust).transpose()?;
    let mut workspaces: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    let mut rest = Vec::new();
    for (folder, paths) in folders {
        match declared_root(std::slice::from_ref(&folder), trusted.as_ref())? {
            Some(root) => workspaces.entry(root).or_default().extend(paths),
            None => rest.extend(paths),
        }
    }
    if let Some(paths) = workspaces.values_mut().next() {
        paths.extend(rest);
    }
    Ok(workspaces)
}

/// The workspace of all folders, or the first folder if there is no settings file.
fn only_root(starts: &[PathBuf], trusted: Option<&Trusted>) -> Result<PathBuf, NotFound> {
    Ok(declared_root(starts, trusted)?.unwrap_or_else(|| starts[0].clone()))
}

/// The workspace of all folders, if there is a settings file.
fn declared_root(starts: &[PathBuf], trusted: Option<&Trusted>) -> Result<Option<PathBuf>, NotFound> {
    let folders: BTreeSet<Vec<&Path>> = starts.iter().map(|start| upwards(start)).collect();
    let files: BTreeSet<PathBuf> = folders.iter().flatten().map(|folder| folder.join(WORKSPACE_FILE)).collect();
    let trusted = trusted.map(|trusted| trusted.existing(&files)).transpose()?.unwrap_or_default();
    let mut roots = BTreeSet::new();
    for folders in &folders {
        match candidates(folders, &trusted)[..] {
            [] => {}
            [root] => {
                roots.insert(root);
            }
            [nearest, above, ..] => {
                let help = format!("choose one: --workspace {}, or --workspace {}", nearest.display(), above.display());
                return Err(two_workspaces(nearest, above, help));
            }
        }
    }
    let mut roots = roots.into_iter();
    match (roots.next(), roots.next()) {
        (Some(one), Some(other)) => {
            Err(two_workspaces(one, other, "pass paths of one workspace, and run once for each".to_owned()))
        }
        (root, _) => Ok(root.map(Path::to_path_buf)),
    }
}

fn two_workspaces(one: &Path, other: &Path, help: String) -> NotFound {
    let (one, other) = (one.join(WORKSPACE_FILE), other.join(WORKSPACE_FILE));
    NotFound::new(format!("choose between two workspaces: {} and {}", one.display(), other.display()), help)
}

/// The folder and those above it, up to the root of the checkout. Without Git, up to a folder of another owner.
fn upwards(start: &Path) -> Vec<&Path> {
    let here = owner::of(start);
    let is_root = |folder: &Path| fs::symlink_metadata(folder.join(".git")).is_ok();
    let mut folders = Vec::new();
    for folder in start.ancestors() {
        if folder != start && owner::stranger(folder).is_some() && owner::of(folder) != here {
            break;
        }
        folders.push(folder);
        if is_root(folder) {
            break;
        }
    }
    folders
}

/// The folders with a settings file in the checkout or in the trusted commit.
fn candidates<'p>(folders: &[&'p Path], trusted: &BTreeSet<PathBuf>) -> Vec<&'p Path> {
    let mut found = Vec::new();
    for &folder in folders {
        let file = folder.join(WORKSPACE_FILE);
        let is_there = fs::symlink_metadata(&file).is_ok_and(|metadata| !metadata.is_dir());
        // A file that another user left above a workspace does not make it ambiguous.
        let counts = found.is_empty() || owner::stranger(&file).is_none();
        if trusted.contains(&file) || is_there && counts {
            found.push(folder);
        }
    }
    found
}

/// Refuses settings of another user, because they decide what is read, run and called in our name.
pub(super) fn check_owner(root: &Path) -> Result<(), NotFound> {
    let file = root.join(WORKSPACE_FILE);
    let Some(owner) = owner::stranger(&file).or_else(|| owner::stranger(&file.canonicalize().ok()?)) else {
        return Ok(());
    };
    let message = format!("use {}: it belongs to another user (uid {owner})", file.display());
    let help = format!("choose your own folder with --workspace, or {} if you trust that user", root.display());
    Err(NotFound::new(message, help))
}
