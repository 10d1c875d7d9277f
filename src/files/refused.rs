//! Why a file was not opened.

use std::io;

/// Completes the sentences "could not read x: …" and "could not write x: …".
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("it is outside the workspace and the folders that may be read")]
    Outside,
    #[error("a link leads out of the workspace and the folders that may be read")]
    LinkOutside,
    #[error("it is in a folder that the settings list, but {0} is a link of the repository")]
    Listed(String),
    #[error("it leads to a file that is not named like a manifest")]
    Disguised,
    #[error("the link leads to {0}, which does not exist")]
    Dangling(String),
    #[error("the links lead in a circle")]
    Circle,
    #[error("it is not a regular file")]
    NotAFile,
    #[error("the file is larger than {0}")]
    TooLarge(String),
    #[error("{0} is a link, and Keywright does not write through links")]
    Link(String),
    #[error("{0} is not a folder")]
    NotAFolder(String),
    #[error("{0} exists and has another content")]
    Exists(String),
    #[error("{0} belongs to Git")]
    Git(String),
    #[error("{0} belongs to Keywright")]
    Own(String),
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl From<rustix::io::Errno> for Refused {
    fn from(error: rustix::io::Errno) -> Self {
        Self::Io(error.into())
    }
}

impl From<Refused> for io::Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Io(error) => error,
            refused => Self::other(refused.to_string()),
        }
    }
}
