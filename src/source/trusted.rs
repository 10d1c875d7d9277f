//! The commit that `--trust` names. Settings and the files that they name are read from it, out of reach of the checkout.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use super::NotFound;
use crate::files::normal;
use crate::git::Checkout;
use crate::git::CommitId;
use crate::git::GitError;
use crate::git::Repository;
use crate::workspace::WORKSPACE_FILE;

/// The commit of the settings.
#[derive(Clone)]
pub struct Trusted {
    repository: Repository,
    commit: CommitId,
    /// The argument of `--trust`.
    revision: String,
    /// The root of the checkout as the paths name it, with its links.
    root: PathBuf,
}

impl Trusted {
    /// Resolves a revision in the repository that contains `start`. `is_chosen` is true if the user named the workspace
    /// with `--workspace`, which also accepts the owner of the repository.
    pub(super) fn find(start: &Path, revision: &str, is_chosen: bool) -> Result<Self, NotFound> {
        let refused = |cause: String, help: &str| Err(NotFound::new(format!("trust {revision:?}: {cause}"), help));
        let Some(repository) = Repository::find(start)? else {
            let cause = format!("{} is not in a Git repository", start.display());
            return refused(cause, "check out the repository with Git, or run without --trust and KEYWRIGHT_TRUST");
        };
        if repository.checkout() == Checkout::Submodule {
            let cause =
                format!("{} is a submodule, whose commit the pull request decides", repository.root().display());
            return refused(cause, "check out the repository of the settings itself, not as a submodule");
        }
        if let Some((path, owner)) = repository.foreign().filter(|_| !is_chosen) {
            let cause = format!("{} belongs to another user (uid {owner})", path.display());
            return refused(cause, "run as that user, or pass the folder with --workspace if you trust that user");
        }
        if matches!(revision, "HEAD" | "@") {
            let cause = "it is the commit that is checked out, which the pull request wrote".to_owned();
            return refused(cause, "pass the protected branch, for example origin/main");
        }
        let commit = repository.resolve(revision)?;
        let root = start.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(start).to_path_buf();
        Ok(Self { repository, commit, revision: revision.to_owned(), root })
    }

    /// The name for people, like `origin/main (3f2a9c01d7e4)`.
    pub fn name(&self) -> String {
        if self.revision.eq_ignore_ascii_case(self.commit.as_str()) {
            return self.commit.short().to_owned();
        }
        format!("{} ({})", self.revision, self.commit.short())
    }

    /// The revision as it was written.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    pub const fn commit(&self) -> &CommitId {
        &self.commit
    }

    pub const fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Whether a file is in the checkout, by its path or through links, so that it must be read from the commit.
    pub fn covers(&self, path: &Path) -> bool {
        let is_below = |real: PathBuf| real.starts_with(self.repository.root());
        normal(path).starts_with(&self.root) || path.canonicalize().is_ok_and(is_below)
    }

    /// The content of a file in the commit. `None` if the commit does not have it.
    pub fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, GitError> {
        self.repository.read(&self.commit, &self.relative(path))
    }

    /// Which of these files of the checkout the commit has, whatever they are there.
    pub(super) fn existing(&self, files: &BTreeSet<PathBuf>) -> Result<BTreeSet<PathBuf>, GitError> {
        let inside: Vec<&PathBuf> = files.iter().filter(|file| file.starts_with(&self.root)).collect();
        let paths: Vec<PathBuf> = inside.iter().map(|file| self.relative(file)).collect();
        let existing = self.repository.existing(&self.commit, &paths)?;
        let found = inside.into_iter().filter(|file| existing.contains(&self.relative(file)));
        Ok(found.cloned().collect())
    }

    /// The folders with settings at or below a folder, in the commit.
    pub(super) fn workspaces_below(&self, folder: &Path) -> Result<Vec<PathBuf>, GitError> {
        let files = self.repository.below(&self.commit, &self.relative(folder))?;
        let settings = files.into_iter().filter(|file| file.path.ends_with(WORKSPACE_FILE));
        Ok(settings.filter_map(|file| Some(self.root.join(file.path.parent()?))).collect())
    }

    fn relative(&self, path: &Path) -> PathBuf {
        let path = normal(path);
        path.strip_prefix(&self.root).map(Path::to_path_buf).unwrap_or(path)
    }

    /// Refuses a workspace behind a link of the checkout: the commit would have other settings for it.
    pub(super) fn check_reached(&self, workspace: &Path) -> Result<(), NotFound> {
        let real = workspace.canonicalize().ok();
        let relative = workspace.strip_prefix(&self.root).ok();
        if real.is_some() && real == relative.map(|relative| self.repository.root().join(relative)) {
            return Ok(());
        }
        let message = format!("use {}: a link leads to it", workspace.display());
        Err(NotFound::new(message, "pass the folder itself, without the link"))
    }
}
