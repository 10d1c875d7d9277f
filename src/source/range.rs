//! The two versions that a range like `main..HEAD` means, and where a workspace is in each.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use super::NotFound;
use super::commit::Revisions;
use super::find::Found;
use super::find::check_owner;
use super::has_settings;
use super::settings;
use super::settings::Settings;
use super::texts::Texts;
use crate::files::Bounds;
use crate::git::CommitId;
use crate::workspace::WORKSPACE_FILE;

/// Most folders among which a moved workspace is looked for: each costs a call of Git, and their author is a stranger.
const MOST_FOLDERS: usize = 100;

/// Two versions of a repository.
pub struct Range {
    pub before: Revision,
    /// `None` for the checkout.
    pub after: Option<Revision>,
}

/// A commit, and its name for people, like `main (3f2a9c01d7e4)`.
pub struct Revision {
    pub name: String,
    pub commit: CommitId,
}

/// A version of the repository: a commit, or what is checked out, also without a commit.
#[derive(Clone, Copy)]
pub enum At<'a> {
    Commit(&'a CommitId),
    Checkout,
}

impl<'a> At<'a> {
    /// `None` is the checkout.
    pub fn of(revision: Option<&'a Revision>) -> Self {
        revision.map_or(At::Checkout, |revision| At::Commit(&revision.commit))
    }
}

impl Revisions {
    /// `BASE..HEAD` is two revisions, `BASE...HEAD` the commit where they part with HEAD, and `BASE` one with the checkout.
    pub fn range(&self, range: &str) -> Result<Range, NotFound> {
        let or_head = |revision: &str| if revision.is_empty() { "HEAD".to_owned() } else { revision.to_owned() };
        let (base, head, is_parted) = match (range.split_once("..."), range.split_once("..")) {
            (Some((base, head)), _) => (or_head(base), Some(or_head(head)), true),
            (None, Some((base, head))) => (or_head(base), Some(or_head(head)), false),
            (None, None) => (range.to_owned(), None, false),
        };
        let mut from = self.resolve(&base)?;
        let to = head.as_deref().map(|head| self.resolve(head)).transpose()?;
        if let Some(to) = to.as_ref().filter(|_| is_parted) {
            from = self.merge_base(&from, to, &range.replacen("...", "..", 1))?;
        }
        let named = |name: &str, commit: CommitId| Revision { name: format!("{name} ({})", commit.short()), commit };
        Ok(Range { before: named(&base, from), after: head.zip(to).map(|(head, to)| named(&head, to)) })
    }

    /// The folders with settings at or below this one, in a version.
    pub(super) fn workspaces(&self, at: At<'_>) -> Result<BTreeSet<PathBuf>, NotFound> {
        let prefix = self.repository.inside(&self.root)?;
        let files: Vec<PathBuf> = match at {
            At::Commit(commit) => {
                self.repository.below(commit, &self.root)?.into_iter().map(|file| file.path).collect()
            }
            At::Checkout => self.repository.present(WORKSPACE_FILE)?,
        };
        let settings = files.iter().filter(|file| file.ends_with(WORKSPACE_FILE));
        let folder = |path: &Path| Some(self.root.join(path.parent()?.strip_prefix(&prefix).ok()?));
        Ok(settings.filter_map(|file| folder(file)).collect())
    }

    /// Whether a version has settings in the folder.
    pub fn has(&self, at: At<'_>) -> Result<bool, NotFound> {
        match at {
            At::Commit(commit) => {
                let file = [self.root.join(WORKSPACE_FILE)];
                Ok(!self.repository.existing(commit, &file)?.is_empty())
            }
            At::Checkout => Ok(has_settings(&self.root)),
        }
    }

    /// Where the version `there` has the workspace that the version `here` has in this folder, if that is another folder: the
    /// only one that `here` does not have, and whose settings have the same name or the same text.
    pub fn moved(&self, here: At<'_>, there: At<'_>) -> Result<Option<Self>, NotFound> {
        if !self.has(here)? || self.has(there)? {
            return Ok(None);
        }
        let depth = self.repository.inside(&self.root)?.components().count();
        let top = self.at(self.root.ancestors().nth(depth).unwrap_or(&self.root));
        let (known, other) = (top.workspaces(here)?, top.workspaces(there)?);
        let new: Vec<&PathBuf> = other.difference(&known).collect();
        if new.len() > MOST_FOLDERS {
            return Ok(None);
        }
        let own = self.settings(here)?;
        let mut same = Vec::new();
        for folder in new {
            let folder = self.at(folder);
            if is_same(&own, &folder.settings(there)?) {
                same.push(folder);
            }
        }
        if let (At::Checkout, [folder]) = (there, same.as_slice()) {
            check_owner(&folder.root)?;
        }
        Ok(if same.len() == 1 { same.pop() } else { None })
    }

    /// A workspace whose folder is gone from the checkout.
    pub fn nothing(&self) -> super::Loaded {
        let texts = Texts::new(&self.from, Bounds::new(&self.root, &[]));
        texts.finish(Found { root: self.root.clone(), trusted: None }, settings::defaults(&self.root), true)
    }

    /// Whether the checkout has the folder of the workspace.
    pub fn is_checked_out(&self) -> bool {
        self.root.is_dir()
    }

    /// The folder of the workspace.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder, relative to the root of the repository: a comment shows it to people who have other checkouts.
    pub fn folder(&self) -> String {
        let folder = self.repository.inside(&self.root).unwrap_or_else(|_| self.root.clone());
        if folder == Path::new("") { ".".to_owned() } else { folder.display().to_string() }
    }

    fn at(&self, root: &Path) -> Self {
        Self { root: root.to_path_buf(), from: self.from.clone(), repository: self.repository.clone() }
    }

    pub(super) fn settings(&self, at: At<'_>) -> Result<Settings, NotFound> {
        match at {
            At::Commit(commit) => Ok(settings::in_commit(&self.repository, commit, &self.root, WORKSPACE_FILE)?),
            At::Checkout => Ok(settings::in_checkout(&self.root)),
        }
    }
}

fn is_same(one: &Settings, other: &Settings) -> bool {
    let text = |settings: &Settings| settings.sources.first().map(|source| source.text.clone());
    one.workspace.name == other.workspace.name || text(one) == text(other)
}
