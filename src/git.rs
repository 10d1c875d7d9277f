//! The repository that a workspace lies in: what its commits hold, read without running anything that belongs to it.
//!
//! A pull request decides what lies in a checkout, so nothing there may decide how Git is read. The repository is the
//! `.git` found by walking up, never by Git's own discovery, which takes an added folder that is laid out like a bare
//! repository for one. Only plumbing is run that starts no hook, filter, pager, credential helper or transport.
//!
//! `git` itself and no library: `gix` and `git2` would bring more packages, and more C, than all of this is worth, and
//! would read the same configuration; two dozen lines in `git/run.rs` close what Git could be made to start.
#![expect(clippy::disallowed_methods, reason = "edge: the git program and the files that name a repository")]

mod contents;
mod discover;
mod error;
mod revision;
mod run;
mod tree;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

pub use error::GitError;
pub use error::GitErrorKind;

use run::Git;

/// The version of the git program, like 2.47.3.
pub fn version() -> Result<String, GitError> {
    run::version()
}

/// The whole id of a commit, in hexadecimal: 40 digits, or 64 in a repository with SHA-256.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CommitId(Box<str>);

impl CommitId {
    /// `None` for what is not a whole id: a beginning of one may come to mean another commit.
    fn parse(text: &str) -> Option<Self> {
        let is_whole = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_whole.then(|| Self(text.to_ascii_lowercase().into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people write it.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What kind of checkout a repository was found by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Checkout {
    /// The usual one: a `.git` folder, or a file that leads to one kept elsewhere.
    Main,
    /// One of `git worktree add`.
    Worktree,
    /// A repository that another one names. Whoever can change that one decides which repository this is.
    Submodule,
}

/// What a commit has at a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommitKind {
    /// A regular file, with its size in bytes.
    File {
        size: u64,
    },
    Link,
    Submodule,
}

/// One path of a commit, relative to [`Repository::root`].
#[derive(Clone, Debug)]
pub struct CommitFile {
    pub path: PathBuf,
    pub kind: CommitKind,
    object: Box<str>,
}

/// A repository with its checkout. Paths that its functions take are absolute, or relative to [`Repository::root`].
#[derive(Clone, Debug)]
pub struct Repository {
    root: PathBuf,
    folder: PathBuf,
    checkout: Checkout,
    /// A file of the repository that another user owns, with that user's id.
    foreign: Option<(PathBuf, u32)>,
    git: Git,
}

impl Repository {
    /// The repository that a folder lies in; `None` when no folder upwards has a `.git`. An error for a `.git` that is
    /// none, that belongs neither to us nor to the owner of `folder`, or when a link leads out of the checkout.
    pub fn find(folder: &Path) -> Result<Option<Self>, GitError> {
        discover::find(folder, false)
    }

    /// The same repository, whoever owns it. It may say what it tracks and ignores, but not what is trusted: a container
    /// that runs as root has the checkout of another user, and creates folders of its own there.
    pub fn find_of_anyone(folder: &Path) -> Result<Option<Self>, GitError> {
        discover::find(folder, true)
    }

    /// The folder of the checkout, without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub const fn checkout(&self) -> Checkout {
        self.checkout
    }

    /// What of the repository another user owns, who could make its names mean anything.
    pub fn foreign(&self) -> Option<(&Path, u32)> {
        self.foreign.as_ref().map(|(path, owner)| (path.as_path(), *owner))
    }

    /// Whether history was cut off when it was cloned.
    pub fn is_shallow(&self) -> bool {
        discover::common(&self.folder).join("shallow").is_file()
    }

    /// The commit that a revision means: a whole commit id, a full ref (`refs/remotes/origin/main`), `HEAD`, or a name
    /// that means exactly one ref. The help of an error says what to run or to write instead.
    pub fn resolve(&self, revision: &str) -> Result<CommitId, GitError> {
        revision::resolve(self, revision)
    }

    /// The commit that a revision means, where it only says what to compare with: also an ancestor (`HEAD~1`, `main^`), `@`,
    /// and a part of a commit id.
    pub fn resolve_past(&self, revision: &str) -> Result<CommitId, GitError> {
        revision::resolve_past(self, revision)
    }

    /// The commit of a full ref; `None` when there is no such ref.
    pub fn reference(&self, name: &str) -> Result<Option<CommitId>, GitError> {
        revision::reference(self, name)
    }

    /// The commits of branches, by their full refs; in the order of `names`, without those that do not exist.
    pub fn branches(&self, names: &[&str]) -> Result<Vec<(String, CommitId)>, GitError> {
        revision::branches(self, names)
    }

    /// The commit that is checked out; `None` before the first one.
    pub fn head(&self) -> Result<Option<CommitId>, GitError> {
        revision::peel(self, "HEAD")
    }

    /// The commits that both have in their history, without the ancestors of others; none when none was fetched. There are
    /// several if both histories merged each other's commits, which the author of one can arrange.
    pub fn merge_bases(&self, one: &CommitId, other: &CommitId) -> Result<Vec<CommitId>, GitError> {
        revision::merge_bases(self, one, other)
    }

    /// The command that fetches a branch of `origin` with its whole history.
    pub fn fetch_whole(&self, branch: &str) -> String {
        revision::fetch_whole(self, branch)
    }

    /// The bytes of a regular file in a commit; `None` when the commit has nothing there. A link or a submodule, there
    /// or above it, is an error: it would lead to what the commit does not hold. At most 16 MiB.
    pub fn read(&self, commit: &CommitId, path: &Path) -> Result<Option<Vec<u8>>, GitError> {
        tree::read(self, commit, &self.inside(path)?)
    }

    /// Everything below a folder of a commit but folders, or the file itself. Nothing if the commit has nothing there.
    pub fn below(&self, commit: &CommitId, folder: &Path) -> Result<Vec<CommitFile>, GitError> {
        tree::below(self, commit, &self.inside(folder)?)
    }

    /// The content of regular files of a commit, in the order of `files`. `most` is their total size in bytes.
    pub fn read_files(&self, files: &[&CommitFile], most: u64) -> Result<Vec<Vec<u8>>, GitError> {
        tree::read_files(self, files, most)
    }

    /// Which of these paths a commit has, whatever they are there. None may be above another.
    pub fn existing(&self, commit: &CommitId, paths: &[PathBuf]) -> Result<Vec<PathBuf>, GitError> {
        let paths = paths.iter().map(|path| self.inside(path)).collect::<Result<Vec<_>, _>>()?;
        tree::existing(self, commit, &paths)
    }

    /// The content of paths in a commit, in their order. `None` for what is not there or is no file.
    pub fn contents(&self, commit: &CommitId, paths: &[PathBuf]) -> Result<Vec<Option<Vec<u8>>>, GitError> {
        contents::contents(self, commit, paths)
    }

    /// Whether Git tracks a file: whether `git add` was run for it. `false` for what lies outside of the checkout.
    pub fn tracks(&self, path: &Path) -> Result<bool, GitError> {
        let Ok(path) = self.inside(path) else { return Ok(false) };
        Ok(tree::tracked(self, &path)?.contains(&path))
    }

    /// The tracked files below a folder, or the file itself; relative to the root, sorted.
    pub fn tracked_below(&self, folder: &Path) -> Result<Vec<PathBuf>, GitError> {
        let Ok(folder) = self.inside(folder) else { return Ok(Vec::new()) };
        tree::tracked(self, &folder)
    }

    /// The files with this name that are in the checkout, relative to the root, sorted; without those that Git ignores.
    pub fn present(&self, name: &str) -> Result<Vec<PathBuf>, GitError> {
        tree::present(self, name)
    }

    /// The paths below the root that Git would take with `git add --all`, because no `.gitignore` names them.
    pub fn not_ignored(&self, paths: &[PathBuf]) -> Result<Vec<PathBuf>, GitError> {
        tree::not_ignored(self, paths)
    }

    /// Those of the paths that a `.gitignore` names.
    pub fn ignored(&self, paths: &[PathBuf]) -> Result<BTreeSet<PathBuf>, GitError> {
        tree::ignored(self, paths)
    }

    /// The path relative to the root. Links above its last part are followed, as far as it exists.
    pub fn inside(&self, path: &Path) -> Result<PathBuf, GitError> {
        let outside = || {
            GitError::new(GitErrorKind::Outside, format!("find {} in Git", path.display()), {
                format!("name a path below {}", self.root.display())
            })
        };
        let relative = if path.is_absolute() {
            let path = discover::normal(path);
            let real = discover::without_links_above(&path);
            real.strip_prefix(&self.root).map_err(|_| outside())?.to_path_buf()
        } else {
            path.components().filter(|part| *part != Component::CurDir).collect()
        };
        let is_plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
        if is_plain { Ok(relative) } else { Err(outside()) }
    }
}

#[cfg(test)]
mod tests;
