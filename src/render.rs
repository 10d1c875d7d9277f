//! Findings, plans and outcomes for people and programs.
//!
//! Every function writes only to the given writer. Text contains ANSI styles; the caller decides whether to strip them
//! (`anstream`). Control characters and characters that rearrange a line are replaced by visible ones.

mod diagnostics;
mod difference;
pub mod doctor;
mod drift;
mod excerpt;
mod grouped;
pub mod explain;
mod export;
pub mod findings;
mod forecast;
pub mod json;
pub mod keys;
pub mod markdown;
mod memory;
mod outcome;
mod plan;
mod read_from;
mod rows;
mod runs;
mod style;
mod summary;
mod timeline;
pub mod text;
mod totals;
mod unified;
mod workspaces;
pub mod widget;

pub use memory::Memory;
pub use runs::Noted;
pub use runs::Record;
pub use runs::Run;
pub use timeline::Rotations;

use crate::adopt::AdoptedField;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::FileLine;
use crate::diagnostic::Finding;
use crate::diagnostic::Places;
use crate::diagnostic::Sources;
use crate::drift::Drift;
use crate::keys::Affected;
use crate::keys::Key;
use crate::manifest_diff::Declaration;
use crate::model::Desired;
use crate::model::Instant;
use crate::outcome::ChangeResult;
use crate::settings_diff::SettingChange;

/// The header of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    pub workspace: &'a str,
    /// Like `embedded store`.
    pub store: &'a str,
    /// Every host that is called: those of the stores and of the database.
    pub hosts: &'a [String],
    /// The later time that the plan was made for. `None` for the time of the run.
    pub at: Option<Instant>,
    pub rotations: Rotations<'a>,
}

/// The findings of a plan.
#[derive(Clone, Copy)]
pub enum Findings<'a> {
    /// Of this run, in these sources.
    Found(&'a [Diagnostic], &'a Sources),
    /// Of the run that saved the plan.
    Remembered(&'a [Finding]),
}

/// How two versions of a workspace differ.
#[derive(Clone, Copy)]
pub struct Difference<'a> {
    pub workspace: &'a str,
    /// The names of the versions, like `main (3f2a9c01d7e4)`.
    pub before: &'a str,
    pub after: &'a str,
    /// The objects whose declarations differ. `None` if a version has errors.
    pub declarations: Option<&'a [Declaration]>,
    pub settings: &'a [SettingChange],
}

/// What moved since the last apply.
#[derive(Clone, Copy)]
pub struct DriftReport<'a> {
    pub workspace: &'a str,
    /// Like `embedded store`.
    pub store: &'a str,
    pub drift: &'a [Drift],
    /// What --adopt wrote to the manifests. `None` without it.
    pub adopted: Option<&'a [AdoptedField]>,
}

/// The keys of the stores.
#[derive(Clone, Copy)]
pub struct KeyReport<'a> {
    pub workspace: &'a str,
    /// Like `embedded store`.
    pub store: &'a str,
    pub now: Instant,
    /// The end of the time whose events are listed. `None` if all keys are.
    pub until: Option<Instant>,
    /// Whether the manifests are valid.
    pub has_manifests: bool,
    pub keys: &'a [Key],
}

/// Keys that leaked, and what became of them.
pub struct Revocation<'a> {
    pub workspace: &'a str,
    /// Like `embedded store`.
    pub store: &'a str,
    pub now: Instant,
    pub has_manifests: bool,
    /// The number of keys that were read.
    pub read: usize,
    /// What could not be read, and why.
    pub unread: &'a [String],
    pub keys: Vec<Revoked<'a>>,
    /// Why the database does not know of it.
    pub unrecorded: Option<String>,
}

/// A key that leaked.
pub struct Revoked<'a> {
    pub affected: &'a Affected,
    /// Where it is declared.
    pub line: Option<FileLine>,
    /// `None` before it is disabled.
    pub result: Option<ChangeResult>,
}

impl<'a> Revoked<'a> {
    pub fn of(affected: &'a Affected, places: &Places<'_>, desired: Option<&Desired>) -> Self {
        let declared = affected.declared.as_ref().and_then(|address| desired?.get(address));
        Self { affected, line: declared.and_then(|declared| places.line(declared.place)), result: None }
    }

    /// The address that people know the key by.
    pub fn address(&self) -> String {
        self.affected.key.address.to_string()
    }
}

impl Revocation<'_> {
    /// Adds how it ended, in the order of the keys.
    pub fn end(&mut self, results: &[ChangeResult], unrecorded: Option<&str>) {
        for (key, result) in self.keys.iter_mut().zip(results) {
            key.result = Some(result.clone());
        }
        self.unrecorded = unrecorded.map(str::to_owned);
    }
}

/// How a command ended for one of several workspaces.
#[derive(Clone, Copy)]
pub struct Workspace<'a> {
    pub name: &'a str,
    pub exit: u8,
    /// The exit code for people.
    pub words: &'a str,
    /// What the command printed to standard output, if that is a document.
    pub document: &'a [u8],
}

/// Why a command failed.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    pub exit: u8,
    /// Usually starts with "could not".
    pub message: &'a str,
    pub help: Option<&'a str>,
}

#[cfg(test)]
mod tests;
