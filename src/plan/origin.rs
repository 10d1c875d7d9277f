//! Where a plan comes from: which Keywright, which workspace, which stores.

use std::fmt;

use crate::model::Instant;

/// Where a plan comes from, and so where it may be applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The version of Keywright that made it.
    pub version: String,
    pub made: Instant,
    /// The workspace's name.
    pub workspace: String,
    /// The stores that it was planned for.
    pub stores: Vec<StoreName>,
}

/// A store as people know it, with nothing in it that only one machine knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoreName {
    /// Like `embedded store`.
    pub name: String,
    /// Host and port of a remote store.
    pub host: Option<String>,
    pub area: Option<String>,
}

impl fmt::Display for StoreName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.area {
            Some(area) => write!(f, ", area {area}"),
            None => Ok(()),
        }
    }
}

impl Origin {
    /// The stores in words, as the header of a plan names them.
    pub fn stores(&self) -> String {
        self.stores.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
    }
}
