//! Why a command failed, as a document, and as a part of others.

use schemars::JsonSchema;
use serde::Serialize;

use super::diagnostics::Diagnostic;
use super::diagnostics::Summary;
use super::diagnostics::list;
use crate::diagnostic;
use crate::diagnostic::Places;
use crate::diagnostic::Sources;
use crate::render::Problem;

pub(super) const KIND: &str = "failure";

/// Why a command failed before it had a result.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright failure")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: failure.
    kind: &'static str,
    /// Why the command failed.
    failure: Failure<'a>,
    /// What was found before.
    diagnostics: Vec<Diagnostic<'a>>,
    /// The number of findings of each severity.
    summary: Summary,
}

/// Why a command failed.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failure<'a> {
    /// The exit code.
    exit: u8,
    /// What could not be done, and why.
    message: &'a str,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

impl<'a> Document<'a> {
    pub(super) fn of(problem: Problem<'a>, diagnostics: &'a [diagnostic::Diagnostic], sources: &'a Sources) -> Self {
        Self {
            format_version: super::FORMAT_VERSION,
            kind: KIND,
            failure: problem.into(),
            diagnostics: list(diagnostics, &Places::new(sources)),
            summary: Summary::of(diagnostics),
        }
    }
}

impl<'a> From<Problem<'a>> for Failure<'a> {
    fn from(problem: Problem<'a>) -> Self {
        Self { exit: problem.exit, message: problem.message, help: problem.help }
    }
}
