//! Where a plan comes from: the version of Keywright, the workspace and the stores.

use std::fmt;

use crate::model::Instant;

/// Where a plan comes from, and so where it can be applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The version of Keywright.
    pub version: String,
    pub made: Instant,
    pub workspace: String,
    pub stores: Vec<StoreName>,
}

/// The readable name of a store, without anything that is specific to one machine.
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
    /// The names of the stores for the header of a plan.
    pub fn stores(&self) -> String {
        self.stores.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
    }
}
