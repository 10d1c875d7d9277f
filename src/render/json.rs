//! Versioned documents for programs. Their types are separate from the core, so that the core can change without
//! breaking readers. Key values and other secrets are absent on purpose, and so are the store's ids, except in an export.

mod apply;
mod diagnostics;
mod difference;
mod doctor;
mod drift;
mod emulator;
mod export;
mod failure;
mod forecast;
mod held;
mod keys;
mod outcome;
mod plan;
mod revocation;
mod runs;
mod schema;
mod timeline;
pub(crate) mod words;
mod workspaces;

pub(crate) use schema::schema_of;
pub use schema::schema_of_any;
pub use schema::schemas;

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use serde::Serialize;

use super::Findings;
use super::Header;
use super::Problem;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Sources;
use crate::export::Export;
use crate::model::Address;
use crate::model::Delivery;
use crate::outcome::ChangeResult;
use crate::outcome::Outcome;
use crate::plan::Change;
use crate::plan::Forecast;
use crate::plan::Plan;
use crate::text;

/// The version of all documents. A version may gain fields; removing a field or changing its meaning makes a new version.
pub const FORMAT_VERSION: u32 = 1;

/// How a document is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    Pretty,
    /// On one line, for streams.
    Line,
}

/// Writes findings.
pub fn diagnostics(
    out: &mut dyn io::Write,
    layout: Layout,
    diagnostics: &[Diagnostic],
    sources: &Sources,
) -> io::Result<()> {
    write(out, layout, &diagnostics::Document::of(diagnostics, sources))
}

/// Writes why a command failed, and what was found before.
pub fn failure(
    out: &mut dyn io::Write,
    layout: Layout,
    problem: Problem<'_>,
    diagnostics: &[Diagnostic],
    sources: &Sources,
) -> io::Result<()> {
    write(out, layout, &failure::Document::of(problem, diagnostics, sources))
}

/// Writes how two versions of a workspace differ, with the new findings.
pub fn difference(
    out: &mut dyn io::Write,
    difference: &super::Difference<'_>,
    found: &[Diagnostic],
    sources: &Sources,
) -> io::Result<()> {
    write(out, Layout::Pretty, &difference::Document::of(difference, found, sources))
}

/// Writes what moved since the last apply, with all findings.
pub fn drift(
    out: &mut dyn io::Write,
    report: &super::DriftReport<'_>,
    found: &[Diagnostic],
    sources: &Sources,
) -> io::Result<()> {
    write(out, Layout::Pretty, &drift::Document::of(report, found, sources))
}

/// Writes the checks of a workspace.
pub fn doctor(out: &mut dyn io::Write, checks: &[super::doctor::Check]) -> io::Result<()> {
    write(out, Layout::Pretty, &doctor::Document::of(checks))
}

/// Writes where the emulator listens.
pub fn emulator(out: &mut dyn io::Write, url: &str) -> io::Result<()> {
    write(out, Layout::Line, &emulator::Document::of(url))
}

/// Writes what a command printed for several workspaces.
pub fn workspaces(out: &mut dyn io::Write, exit: u8, workspaces: &[super::Workspace<'_>]) -> io::Result<()> {
    write(out, Layout::Pretty, &workspaces::Document::of(exit, workspaces))
}

/// Writes a plan with its findings.
pub fn plan(
    out: &mut dyn io::Write,
    layout: Layout,
    plan: &Plan,
    header: &Header<'_>,
    forecasts: &[Forecast],
    findings: Findings<'_>,
    problem: Option<Problem<'_>>,
) -> io::Result<()> {
    write(out, layout, &plan::Document::of(plan, header, forecasts, findings, problem))
}

/// Writes the results of all changes of a plan.
pub fn outcome(
    out: &mut dyn io::Write,
    plan: &Plan,
    outcome: &Outcome,
    findings: (&[Diagnostic], &Sources),
    problem: Option<Problem<'_>>,
) -> io::Result<()> {
    write(out, Layout::Pretty, &outcome::Document::of(plan, outcome, findings, problem))
}

/// Writes the first event of an apply.
pub fn apply_began(out: &mut dyn io::Write, changes: usize) -> io::Result<()> {
    write(out, Layout::Line, &apply::Document::began(changes))
}

/// Writes an event of an apply that waits: for a request, or for its rate limit.
pub fn apply_waits(out: &mut dyn io::Write, request: Option<&str>, waited: Option<Duration>) -> io::Result<()> {
    write(out, Layout::Line, &apply::Document::waiting(request, waited))
}

/// Writes the result of the change at `index`. `extra` is where its value was delivered, and how long it took.
pub fn apply_change(
    out: &mut dyn io::Write,
    index: usize,
    change: &Change,
    result: &ChangeResult,
    extra: (&[Delivery], Option<u64>),
) -> io::Result<()> {
    write(out, Layout::Line, &apply::Document::change(index, change, result, extra))
}

/// Writes the last event of an apply, with what was found before.
pub fn apply_ended(out: &mut dyn io::Write, outcome: &Outcome, findings: (&[Diagnostic], &Sources)) -> io::Result<()> {
    write(out, Layout::Line, &apply::Document::ended(outcome, findings))
}

/// Writes an export. `files` has the file of every object; `None` if the document contains the manifests.
pub fn export(
    out: &mut dyn io::Write,
    export: &Export,
    sources: &Sources,
    files: Option<&BTreeMap<Address, String>>,
) -> io::Result<()> {
    write(out, Layout::Pretty, &export::Document::of(export, sources, files))
}

/// Writes the keys of the stores, with all findings.
pub fn keys(
    out: &mut dyn io::Write,
    report: &super::KeyReport<'_>,
    found: &[Diagnostic],
    sources: &Sources,
) -> io::Result<()> {
    write(out, Layout::Pretty, &keys::Document::of(report, found, sources))
}

/// Writes what became of keys that leaked.
pub fn revocation(out: &mut dyn io::Write, report: &super::Revocation<'_>) -> io::Result<()> {
    write(out, Layout::Pretty, &revocation::Document::of(report))
}

/// Writes the runs of a workspace.
pub fn runs(out: &mut dyn io::Write, runs: &[super::Run<'_>]) -> io::Result<()> {
    write(out, Layout::Pretty, &runs::Document::of(runs))
}

/// Writes one run.
pub fn run(
    out: &mut dyn io::Write,
    run: &super::Run<'_>,
    writes: &[super::Noted<'_>],
    record: &super::Record,
) -> io::Result<()> {
    write(out, Layout::Pretty, &runs::One::of(run, writes, record))
}

fn write(out: &mut dyn io::Write, layout: Layout, document: &impl Serialize) -> io::Result<()> {
    let text = match layout {
        Layout::Pretty => serde_json::to_string_pretty(document)?,
        Layout::Line => serde_json::to_string(document)?,
    };
    writeln!(out, "{}", text::json(&text))
}
