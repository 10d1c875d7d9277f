//! Findings, plans and outcomes for people and programs.
//!
//! Every function writes only to the given writer. Text contains ANSI styles; the caller decides whether to strip them
//! (`anstream`). Control characters and characters that rearrange a line are replaced by visible ones.

mod diagnostics;
mod difference;
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
mod rows;
mod runs;
mod style;
mod summary;
mod timeline;
pub mod text;
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
use crate::diagnostic::Finding;
use crate::diagnostic::Sources;
use crate::drift::Drift;
use crate::keys::Key;
use crate::manifest_diff::Declaration;
use crate::model::Instant;
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
