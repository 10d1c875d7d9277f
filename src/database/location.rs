//! Where a workspace database is.

use std::fmt;
use std::path::Path;
use std::path::PathBuf;

use super::postgres::Server;

/// A file on this machine, or a server that several machines reach.
#[derive(Clone)]
pub enum Location {
    File(PathBuf),
    Server(Box<Server>),
}

impl Location {
    pub fn file(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(server) => server.name().fmt(f),
        }
    }
}
