//! Why a repository could not be read, and what to do.

/// What kind of trouble it is, for callers that can go on without Git.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GitErrorKind {
    /// There is no git program where programs are looked for.
    NoProgram,
    /// The `.git` that was found is not a repository.
    NotRepository,
    /// The repository belongs to another user.
    Foreign,
    /// The revision means more than one ref.
    Ambiguous,
    /// The revision, or what belongs to it, was not fetched.
    Missing,
    /// The revision is written in a way that is not taken.
    Name,
    /// A link or a submodule is where a file was looked for.
    NotAFile,
    /// The path is not in the checkout.
    Outside,
    /// Git failed, took too long, or said too much.
    Failed,
}

/// Why a repository could not be read. Completes the sentence «could not …».
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct GitError {
    kind: GitErrorKind,
    message: String,
    help: String,
}

impl GitError {
    pub(super) fn new(kind: GitErrorKind, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: help.into() }
    }

    pub const fn kind(&self) -> GitErrorKind {
        self.kind
    }

    /// The next step.
    pub fn help(&self) -> &str {
        &self.help
    }
}
