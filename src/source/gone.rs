//! Workspaces that Git has and the checkout does not have any more, because a commit deleted or moved them (KW-138).

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use ignore::WalkBuilder;

use super::Choice;
use super::Loaded;
use super::NotFound;
use super::commit::Revisions;
use super::deleted::existing_folder;
use super::deleted::known_commits;
use super::has_settings;
use super::path::has_manifest_name;
use super::range::At;
use super::trusted::Trusted;
use crate::diagnostic::Diagnostic;
use crate::files::normal;
use crate::git::CommitId;
use crate::git::Repository;
use crate::rules;
use crate::text::line;
use crate::workspace::DatabaseAt;
use crate::workspace::WORKSPACE_FILE;
use crate::workspace::Workspace;

/// The workspaces that are gone with the missing ones among these files, and the files of no such workspace.
pub fn without_gone(paths: &[PathBuf], deleted: &BTreeSet<PathBuf>, from: &Path) -> (BTreeSet<PathBuf>, Vec<PathBuf>) {
    // A commit may delete many files of one folder.
    let mut known: BTreeMap<PathBuf, Option<PathBuf>> = BTreeMap::new();
    let mut root_of = |path: &Path| {
        let whole = normal(&from.join(path));
        if path == Path::new("-") || whole.exists() {
            return None;
        }
        let folder = whole.parent()?.to_path_buf();
        known.entry(folder).or_insert_with_key(|folder| gone_root(folder)).clone()
    };
    let (mut gone, mut rest) = (BTreeSet::new(), Vec::new());
    for path in paths {
        // The name of a file that Git does not know may be mistyped.
        match root_of(path).filter(|_| deleted.contains(path)) {
            Some(root) => {
                gone.insert(root);
            }
            None => rest.push(path.clone()),
        }
    }
    (gone, rest)
}

/// The nearest workspace at or above a folder, if it is gone.
fn gone_root(folder: &Path) -> Option<PathBuf> {
    let repository = Repository::find_of_anyone(there(folder)).ok()??;
    for folder in folder.ancestors() {
        if has_settings(folder) {
            return None;
        }
        if is_gone(folder) && last_commit_with(&repository, folder).is_some() {
            return Some(folder.to_path_buf());
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

fn there(folder: &Path) -> &Path {
    if folder.is_dir() { folder } else { existing_folder(folder) }
}

/// The newest commit around the checkout that has settings in a folder.
fn last_commit_with(repository: &Repository, folder: &Path) -> Option<CommitId> {
    let file = [repository.inside(&folder.join(WORKSPACE_FILE)).ok()?];
    let commits = known_commits(repository).ok()?;
    let has = |commit: &CommitId| repository.existing(commit, &file).is_ok_and(|found| !found.is_empty());
    commits.into_iter().rev().find(has)
}

/// Whether a folder has no workspace for a run of several any more: no settings, and no manifests that another workspace reads.
pub(super) fn is_gone(folder: &Path) -> bool {
    !has_settings(folder) && (!has_manifests(folder) || is_left_out(folder))
}

/// Whether a folder has manifests. Files that Git ignores, like a database, are none.
fn has_manifests(folder: &Path) -> bool {
    let mut walk = WalkBuilder::new(folder);
    walk.standard_filters(false).hidden(true).follow_links(false);
    walk.build().flatten().any(|entry| has_manifest_name(entry.path()))
}

/// Whether no workspace is above a folder. The root of a checkout needs no settings, because no pattern means it.
fn is_left_out(folder: &Path) -> bool {
    let root = folder.ancestors().find(|folder| folder.join(".git").exists());
    root.is_some_and(|root| {
        root != folder && !folder.ancestors().skip(1).take_while(|above| above.starts_with(root)).any(has_settings)
    })
}

/// The chosen folder, if only the trusted commit has a workspace there, and nothing of it is left.
pub fn chosen_gone(from: &Path, choice: &Choice) -> Option<PathBuf> {
    let (folder, revision) = (choice.workspace.as_ref()?, choice.trust.as_ref()?);
    let root = normal(&from.join(folder));
    if has_settings(&root) || has_manifests(&root) {
        return None;
    }
    // Any other problem is reported by the command.
    let trusted = Trusted::find(there(&root), revision, false).ok()?;
    let repository = trusted.repository();
    let file = [repository.inside(&root.join(WORKSPACE_FILE)).ok()?];
    let has = repository.existing(trusted.commit(), &file).is_ok_and(|found| !found.is_empty());
    has.then_some(root)
}

/// A workspace that is gone: its last settings, nothing else, and the finding that it is gone.
pub fn gone(root: &Path, from: &Path, choice: &Choice) -> Result<Loaded, NotFound> {
    let revisions = Revisions::of(root, from)?;
    let commit = match &choice.trust {
        Some(revision) => Some(Trusted::find(there(root), revision, false)?.commit().clone()),
        None => last_commit_with(&revisions.repository, root),
    };
    let mut loaded = revisions.nothing();
    let Some(commit) = commit else { return Ok(loaded) };
    loaded.workspace = revisions.settings(At::Commit(&commit))?.workspace;
    let (workspace, folder) = (&loaded.workspace, revisions.folder());
    let found = match revisions.moved(At::Commit(&commit), At::Checkout)? {
        Some(new) => moved(workspace, CHECKOUT, &folder, &new.folder()),
        None if has_manifests(root) => without_settings(workspace, CHECKOUT, &folder),
        None => deleted(workspace, CHECKOUT, &folder),
    };
    loaded.diagnostics = rules::with_severities(vec![found], workspace);
    Ok(loaded)
}

/// What the checkout is called in messages.
pub(super) const CHECKOUT: &str = "the checkout";

/// KW-138 for a workspace that the newer version does not have.
pub fn deleted(workspace: &Workspace, after: &str, folder: &str) -> Diagnostic {
    let (name, folder) = (line(&workspace.name), line(folder));
    let message = format!("{after} deletes the workspace {name} in {folder}: no run manages its objects any more");
    let help = "they stay in the store, and keys keep working; to delete them, apply their manifests with `removed: true` \
                below `metadata` first, and delete the folder after that";
    rules::KW_138.finding(message).help(help)
}

/// KW-138 for a workspace of which the newer version has manifests, but no settings.
pub fn without_settings(workspace: &Workspace, after: &str, folder: &str) -> Diagnostic {
    let (name, folder) = (line(&workspace.name), line(folder));
    let message = format!(
        "{after} deletes the settings of the workspace {name} in {folder}: a pattern like 'teams/*' leaves it out, and no \
         such run manages its objects any more"
    );
    let help = format!(
        "restore {WORKSPACE_FILE}; to give the objects up, delete them first: apply their manifests with `removed: true` \
         below `metadata`"
    );
    rules::KW_138.finding(message).help(help)
}

/// KW-138 for a workspace that the newer version has in another folder.
pub fn moved(workspace: &Workspace, after: &str, from: &str, to: &str) -> Diagnostic {
    let (name, from, to) = (line(&workspace.name), line(from), line(to));
    let message = format!("{after} moves the workspace {name} from {from} to {to}");
    let help = match &workspace.database {
        DatabaseAt::File(file) => format!(
            "its database {} is not in Git: after the merge, move it to {to} on every machine that runs the workspace; \
             without it, the next run knows nothing of earlier ones, and an embedded store is empty",
            line(file)
        ),
        DatabaseAt::Server { .. } => format!("name {to} where pipelines name {from}"),
    };
    rules::KW_138.finding(message).help(help)
}
