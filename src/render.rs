//! Findings, plans and outcomes as people and programs read them.
//!
//! Every function writes to the writer that it is given and to nothing else. Text holds ANSI styles; whoever opens the
//! writer decides whether they arrive (`anstream` strips them). Nothing that a manifest or a store says reaches the
//! writer raw: control characters and characters that rearrange a line are made visible first.

mod diagnostics;
mod excerpt;
pub mod explain;
mod forecast;
pub mod json;
pub mod markdown;
mod outcome;
mod plan;
mod rows;
mod runs;
mod style;
mod summary;
pub mod text;
mod unified;

pub use runs::Noted;
pub use runs::Run;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Finding;
use crate::diagnostic::Sources;

/// What a plan is about.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    /// The workspace's name.
    pub workspace: &'a str,
    /// The store in words: `embedded store`.
    pub store: &'a str,
}

/// What was found on the way to a plan.
#[derive(Clone, Copy)]
pub enum Findings<'a> {
    /// By this run, in these texts.
    Found(&'a [Diagnostic], &'a Sources),
    /// By the run that saved the plan.
    Remembered(&'a [Finding]),
}

#[cfg(test)]
mod tests;
