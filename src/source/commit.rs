//! A workspace as a commit has it, read by Git alone: nothing of the checkout is opened, and no link is followed.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use super::Choice;
use super::Loaded;
use super::NotFound;
use super::find;
use super::find::Found;
use super::path::has_manifest_name;
use super::settings;
use super::texts::MAX_WORKSPACE;
use super::texts::Texts;
use crate::files::Bounds;
use crate::files::normal;
use crate::git::CommitFile;
use crate::git::CommitId;
use crate::git::CommitKind;
use crate::git::Repository;
use crate::manifest::tree::MAX_FILE;
use crate::rules;
use crate::workspace::WORKSPACE_FILE;

/// The revisions of a workspace in Git.
pub struct Revisions {
    pub(super) root: PathBuf,
    pub(super) from: PathBuf,
    pub(super) repository: Repository,
}

impl Revisions {
    /// The workspace that contains the folder `from`, or the chosen one. Its revisions may be from before its folder had
    /// settings, and the folder of a chosen one may be gone from the checkout.
    pub fn find(from: &Path, choice: &Choice) -> Result<Self, NotFound> {
        let choice = Choice { trust: None, ..choice.clone() };
        let chosen = choice.workspace.as_ref().map(|folder| normal(&from.join(folder)));
        match chosen.filter(|folder| !folder.exists()) {
            Some(folder) => Self::of(&folder, from),
            None => Self::of(&find::find(&[], from, &choice)?.root, from),
        }
    }

    /// The revisions of the workspace in the folder `root`. `from` is the current folder.
    pub fn of(root: &Path, from: &Path) -> Result<Self, NotFound> {
        let there = root.ancestors().find(|folder| folder.is_dir()).unwrap_or(root);
        let Some(repository) = Repository::find(there)? else {
            let message = format!("compare revisions: {} is not in a Git repository", root.display());
            return Err(NotFound::new(message, "run in a clone of the repository"));
        };
        Ok(Self { root: root.to_path_buf(), from: from.to_path_buf(), repository })
    }

    /// The commit that a revision means, which may be an ancestor of one, like `HEAD~1`.
    pub fn resolve(&self, revision: &str) -> Result<CommitId, NotFound> {
        Ok(self.repository.resolve_past(revision)?)
    }

    /// Whether the clone has only the last commits.
    pub fn are_cut_off(&self) -> bool {
        self.repository.is_shallow()
    }

    /// The commit where two histories part. `as_they_are` is the range without it.
    pub fn merge_base(&self, one: &CommitId, other: &CommitId, as_they_are: &str) -> Result<CommitId, NotFound> {
        match self.repository.merge_bases(one, other)?.as_slice() {
            [] => {
                let message =
                    format!("find where {} and {} part: this clone has no common commit", one.short(), other.short());
                let help = if self.are_cut_off() {
                    "fetch the whole history: `git fetch --unshallow`".to_owned()
                } else {
                    format!("compare them as they are: `keywright diff {as_they_are}`")
                };
                Err(NotFound::new(message, help))
            }
            [base] => Ok(base.clone()),
            [first, second, ..] => {
                let (one, other) = (one.short(), other.short());
                let message = format!("find where {one} and {other} part: they part at several commits");
                Err(NotFound::new(message, format!("name one of them, like {} or {}", first.short(), second.short())))
            }
        }
    }

    /// The workspace in a commit. Its files have the names that they have in the checkout.
    pub fn load(&self, commit: &CommitId) -> Result<Loaded, NotFound> {
        let Self { root, from, repository } = self;
        let mut texts = Texts::new(from, Bounds::new(root, &[]));
        let name = texts.name_of(&root.join(WORKSPACE_FILE));
        let settings = settings::in_commit(repository, commit, root, &name)?;
        let mut wanted = Vec::new();
        let mut nested = BTreeSet::new();
        let prefix = repository.inside(root)?;
        for listed in &settings.workspace.manifests {
            let folder = repository.inside(&root.join(&**listed))?;
            let files = repository.below(commit, &folder)?;
            // Without a manifest in the whole workspace there is another finding.
            if files.is_empty() && folder != prefix {
                texts.unreadable(&texts.name_of(&root.join(&**listed)), "the commit does not have it");
            }
            let workspaces = inner_workspaces(&files, &prefix);
            for file in files {
                match workspaces.iter().find(|inner| file.path.starts_with(inner)) {
                    Some(inner) => {
                        nested.insert(inner.join(WORKSPACE_FILE));
                    }
                    None if is_manifest(&file, &folder, &prefix) => wanted.push(file),
                    None => {}
                }
            }
        }
        wanted.sort_by(|a, b| a.path.cmp(&b.path));
        wanted.dedup_by(|a, b| a.path == b.path);
        let there = |path: &Path| root.join(path.strip_prefix(&prefix).unwrap_or(path));
        for file in &nested {
            texts.nested(&there(file), root);
        }
        read(repository, &wanted, &there, &mut texts)?;
        Ok(texts.finish(Found { root: root.clone(), trusted: None }, settings, true))
    }
}

/// Reads the files as far as the limits allow.
fn read(
    repository: &Repository,
    files: &[CommitFile],
    there: &impl Fn(&Path) -> PathBuf,
    texts: &mut Texts,
) -> Result<(), NotFound> {
    let mut total = 0;
    let mut regular = Vec::new();
    for file in files {
        let name = texts.name_of(&there(&file.path));
        match file.kind {
            CommitKind::File { size } if size > MAX_FILE as u64 => texts.too_large(name),
            // One file too many, so that the limit is reported.
            CommitKind::File { size } if total <= MAX_WORKSPACE as u64 => {
                total += size;
                regular.push(file);
            }
            CommitKind::File { .. } => {}
            CommitKind::Link | CommitKind::Submodule => {
                let message = format!("could not read {name} of a commit: it is a link, which Git alone cannot follow");
                let problem = rules::KW_040.finding(message).help("commit a regular file in its place");
                texts.refuse(name, "", problem, 0);
            }
        }
    }
    let contents = repository.read_files(&regular, total)?;
    for (file, content) in regular.into_iter().zip(contents) {
        if texts.is_full() {
            break;
        }
        let name = texts.name_of(&there(&file.path));
        texts.take(name, &mut content.as_slice());
    }
    Ok(())
}

/// The folders below the workspace that have settings of their own.
fn inner_workspaces(files: &[CommitFile], prefix: &Path) -> Vec<PathBuf> {
    let settings = files.iter().filter(|file| file.path.ends_with(WORKSPACE_FILE));
    let folders = settings.filter_map(|file| file.path.parent()).filter(|folder| *folder != prefix);
    folders.filter(|folder| folder.starts_with(prefix)).map(Path::to_path_buf).collect()
}

/// Whether a walk through the checkout would read the file: below `folder`, hidden names are left out.
fn is_manifest(file: &CommitFile, folder: &Path, prefix: &Path) -> bool {
    let below = file.path.strip_prefix(folder).unwrap_or(&file.path);
    let is_hidden = below.iter().any(|part| part.to_string_lossy().starts_with('.'));
    // It may lead to a folder.
    let is_link = file.kind == CommitKind::Link && file.path.extension().is_none();
    (has_manifest_name(&file.path) || is_link) && !is_hidden && file.path != prefix.join(WORKSPACE_FILE)
}
