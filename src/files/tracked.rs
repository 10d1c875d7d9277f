//! What Git tracks: a value that is written there is published with the next commit.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use super::links::inner_repository;
use crate::git::GitError;
use crate::git::GitErrorKind;
use crate::git::Repository;

/// The files below a folder that Git tracks.
#[derive(Default)]
pub struct Tracked {
    files: BTreeSet<PathBuf>,
}

impl Tracked {
    /// What Git tracks below a folder. Nothing without a repository, or without a Git program: then no one can commit
    /// here by accident either. An error if there is a repository that cannot be read.
    pub fn below(folder: &Path) -> Result<Self, GitError> {
        match Self::read(folder) {
            Err(error) if matches!(error.kind(), GitErrorKind::NoProgram | GitErrorKind::NotRepository) => {
                Ok(Self::default())
            }
            result => result,
        }
    }

    /// The checkout inside the workspace `root`, like that of a submodule, that tracks a file.
    pub fn inside(root: &Path, file: &Path) -> Result<Option<PathBuf>, GitError> {
        let Some(inner) = inner_repository(&super::settled(root), file) else { return Ok(None) };
        Ok(Self::below(&inner)?.holds(file).then_some(inner))
    }

    /// Whether Git would take a file with `git add --all`: it is in a checkout, and no `.gitignore` names it.
    pub fn would_hold(file: &Path) -> Result<bool, GitError> {
        let file = super::settled_folder(file);
        let Some(folder) = file.parent() else { return Ok(false) };
        let open = Repository::find_of_anyone(folder).and_then(|found| match found {
            Some(repository) => repository.not_ignored(std::slice::from_ref(&file)),
            None => Ok(Vec::new()),
        });
        match open {
            Err(error) if matches!(error.kind(), GitErrorKind::NoProgram | GitErrorKind::NotRepository) => Ok(false),
            open => open.map(|open| !open.is_empty()),
        }
    }

    fn read(folder: &Path) -> Result<Self, GitError> {
        // Where a link of the user leads, it is still a file of that repository.
        let folder = &super::settled(folder);
        let Some(repository) = Repository::find_of_anyone(folder)? else { return Ok(Self::default()) };
        let files = repository.tracked_below(folder)?;
        Ok(Self { files: files.into_iter().map(|file| repository.root().join(file)).collect() })
    }

    /// Whether a file is tracked. Links in its folder are followed.
    pub fn holds(&self, path: &Path) -> bool {
        !self.files.is_empty() && self.files.contains(&super::settled_folder(path))
    }
}
