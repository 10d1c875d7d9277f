//! Where a plan comes from: the version of Keywright, the workspace and the stores.

use std::fmt;

use super::declared;
use crate::model::Desired;
use crate::model::Digest;
use crate::model::Instant;

/// Where a plan comes from, and so where it can be applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The version of Keywright.
    pub version: String,
    pub made: Instant,
    pub workspace: String,
    pub stores: Vec<StoreName>,
    /// The hosts of the workspace database, if it is on a server.
    pub database: Vec<String>,
    /// The hosts of the sinks that are servers.
    pub sinks: Vec<String>,
    /// What the plan was made from. `None` if it is not saved.
    pub manifests: Option<Manifests>,
}

/// The manifests of a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Manifests {
    /// The digest of what they declare.
    pub declared: Digest,
    /// The commit that was checked out. `None` outside of a repository.
    pub commit: Option<Commit>,
}

/// A commit that was checked out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Commit {
    /// In hexadecimal.
    pub id: String,
    /// Whether the manifests were not those of the commit.
    pub is_changed: bool,
}

impl Manifests {
    pub fn of(desired: &Desired, commit: Option<Commit>) -> Self {
        Self { declared: declared::digest(desired), commit }
    }
}

/// For people, after the word commit.
impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = self.id.get(..12).unwrap_or(&self.id);
        f.write_str(short)?;
        if self.is_changed { f.write_str(" with uncommitted changes") } else { Ok(()) }
    }
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
        if let Some(host) = &self.host {
            write!(f, ", {host}")?;
        }
        match &self.area {
            Some(area) => write!(f, ", area {area}"),
            None => Ok(()),
        }
    }
}

impl Origin {
    /// The stores for the header of a plan, with their hosts; and the database and the sinks that are on servers.
    pub fn stores(&self) -> String {
        let others = [("database", &self.database), ("sinks", &self.sinks)];
        let others = others.into_iter().filter(|(_, hosts)| !hosts.is_empty());
        let others = others.map(|(what, hosts)| format!("{what}, {}", hosts.join(", ")));
        self.stores.iter().map(ToString::to_string).chain(others).collect::<Vec<_>>().join(" · ")
    }

    /// Every host that is called.
    pub fn hosts(&self) -> Vec<String> {
        let stores = self.stores.iter().filter_map(|store| store.host.as_ref());
        stores.chain(&self.database).chain(&self.sinks).cloned().collect()
    }
}
