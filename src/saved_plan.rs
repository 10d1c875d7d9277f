//! A plan that outlives its run: written to a file, reviewed, and applied later, as it is and nothing else.
//!
//! Here it is a value; the bytes are made by [`SavedPlan::to_bytes`] and read by [`SavedPlan::read`], and the `cli`
//! moves them. Absent on purpose: key values and shared secrets, which are read from where the manifests say when the
//! plan is applied, and the store's ids, of which only fingerprints are kept, because an id may be a credential.

mod convert;
mod document;
mod lines;
mod query;
mod read;
mod resolve;
mod write;

pub use document::KIND;
pub use document::schema;
pub use query::query;
pub use read::LONGEST;
pub use read::Problem;
pub use read::is_saved_plan;
pub use read::sealed;
pub use resolve::Resolved;
pub use resolve::Undeclared;
pub use resolve::resolve;

use std::collections::BTreeSet;
use std::fmt;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Severity;
use crate::diagnostic::Sources;
use crate::model::Digest;
use crate::model::Instant;
use crate::model::Kind;
use crate::plan::Change;
use crate::plan::Options;
use crate::plan::Plan;

/// A plan with all that it takes to apply it later.
#[derive(Clone, PartialEq, Eq)]
pub struct SavedPlan {
    pub origin: Origin,
    /// What the run was allowed to do beyond the manifests; the guards are asked again with the same consent.
    pub options: Options,
    /// Kinds of which the plan saw attributes that the store's owner added: fingerprints are of all that was seen.
    pub added: BTreeSet<Kind>,
    /// Its changes have neither places nor objects of the store; [`SavedPlan::marks`] stands for both.
    pub plan: Plan,
    /// One for each change of the plan.
    pub marks: Vec<Mark>,
    pub findings: Vec<Finding>,
}

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

/// What a file can say about the surroundings of a change.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mark {
    /// Where the manifest that asks for the change stood.
    pub place: Option<FileLine>,
    /// The object in the store, for all but creates.
    pub object: Option<Seen>,
    /// The fingerprint of the id of the key of which a created one is the next generation.
    pub follows: Option<Digest>,
}

/// An object of the store as the plan saw it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// The fingerprint of its id.
    pub id: Digest,
    /// [`crate::model::LiveObject::fingerprint`].
    pub fingerprint: Digest,
}

/// A line of a file, for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileLine {
    pub file: String,
    pub line: usize,
}

impl fmt::Display for FileLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What was worth knowing when the plan was made. Plans with errors are not saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    pub rule: String,
    pub severity: Severity,
    pub message: String,
    pub place: Option<FileLine>,
    pub help: Option<String>,
}

impl SavedPlan {
    pub fn of(
        plan: &Plan,
        origin: Origin,
        options: Options,
        added: BTreeSet<Kind>,
        diagnostics: &[Diagnostic],
        sources: &Sources,
    ) -> Self {
        let line = |place: Option<Place>| {
            let position = sources.position(place?)?;
            Some(FileLine { file: position.file.into(), line: position.line })
        };
        let finding = |diagnostic: &Diagnostic| Finding {
            rule: diagnostic.rule.0.to_owned(),
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            place: line(diagnostic.place),
            help: diagnostic.help.clone(),
        };
        let mut plan = plan.clone();
        let marks = plan.changes.iter_mut().map(|change| Mark::take(change, line)).collect();
        Self { origin, options, added, plan, marks, findings: diagnostics.iter().map(finding).collect() }
    }

    /// The changes with what the file says about their surroundings.
    pub fn changes(&self) -> impl Iterator<Item = (&Change, &Mark)> {
        self.plan.changes.iter().zip(&self.marks)
    }
}

impl Mark {
    /// Takes out of a change what no file can hold.
    fn take(change: &mut Change, line: impl Fn(Option<Place>) -> Option<FileLine>) -> Self {
        let live = change.target.live.take();
        let follows = change.target.key.as_mut().and_then(|key| key.follows.take());
        Self {
            place: line(change.place.take()),
            object: live.map(|live| Seen { id: live.id.fingerprint(), fingerprint: live.fingerprint }),
            follows: follows.map(|id| id.fingerprint()),
        }
    }
}

#[cfg(test)]
mod tests;
