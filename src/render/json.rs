//! What programs read: versioned documents in types of their own, so that the core can change without breaking anyone.
//!
//! Absent on purpose: the store's ids, key values, and everything else that is not to be seen.

mod apply;
mod diagnostics;
mod forecast;
mod outcome;
mod plan;
mod runs;
mod schema;
pub(crate) mod words;

pub(crate) use schema::schema_of;
pub use schema::schemas;

use std::io;

use serde::Serialize;

use super::Findings;
use super::Header;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Sources;
use crate::outcome::Fate;
use crate::outcome::Outcome;
use crate::plan::Change;
use crate::plan::Forecast;
use crate::plan::Plan;
use crate::text;

/// The version of all documents. Readers accept what they know: fields may be added within a version, and a field that
/// goes or changes its meaning makes a new one.
pub const FORMAT_VERSION: u32 = 1;

/// Writes findings.
pub fn diagnostics(out: &mut dyn io::Write, diagnostics: &[Diagnostic], sources: &Sources) -> io::Result<()> {
    write(out, &diagnostics::Document::of(diagnostics, sources))
}

/// Writes a plan with what was found on the way to it.
pub fn plan(
    out: &mut dyn io::Write,
    plan: &Plan,
    header: &Header<'_>,
    forecasts: &[Forecast],
    findings: Findings<'_>,
) -> io::Result<()> {
    write(out, &plan::Document::of(plan, header, forecasts, findings))
}

/// Writes what became of every change of a plan.
pub fn outcome(out: &mut dyn io::Write, plan: &Plan, outcome: &Outcome) -> io::Result<()> {
    write(out, &outcome::Document::of(plan, outcome))
}

/// Writes that an apply of `changes` changes begins.
pub fn apply_began(out: &mut dyn io::Write, changes: usize) -> io::Result<()> {
    write_line(out, &apply::Document::began(changes))
}

/// Writes what became of the change at `index`.
pub fn apply_change(
    out: &mut dyn io::Write,
    index: usize,
    change: &Change,
    fate: &Fate,
    milliseconds: Option<u64>,
) -> io::Result<()> {
    write_line(out, &apply::Document::change(index, change, fate, milliseconds))
}

/// Writes that every change has come to its end.
pub fn apply_ended(out: &mut dyn io::Write, outcome: &Outcome) -> io::Result<()> {
    write_line(out, &apply::Document::ended(outcome))
}

/// Writes the runs of a workspace.
pub fn runs(out: &mut dyn io::Write, runs: &[super::Run<'_>]) -> io::Result<()> {
    write(out, &runs::Document::of(runs))
}

/// Writes what one run did.
pub fn run(out: &mut dyn io::Write, run: &super::Run<'_>, writes: &[super::Noted<'_>]) -> io::Result<()> {
    write(out, &runs::One::of(run, writes))
}

fn write(out: &mut dyn io::Write, document: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(document)?;
    writeln!(out, "{}", text::json(&text))
}

fn write_line(out: &mut dyn io::Write, document: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string(document)?;
    writeln!(out, "{}", text::json(&text))
}
