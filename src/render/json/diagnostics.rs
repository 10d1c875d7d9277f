//! Findings as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::Severity;
use crate::diagnostic;
use crate::diagnostic::Finding;
use crate::diagnostic::Places;
use crate::diagnostic::Sources;
use crate::diagnostic::Spot;

pub(super) const KIND: &str = "diagnostics";

/// The findings of Keywright in the manifests and the store.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright diagnostics")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: diagnostics.
    kind: &'static str,
    /// The findings, sorted by file and place; those without a place are last.
    diagnostics: Vec<Diagnostic<'a>>,
    /// The number of findings of each severity.
    summary: Summary,
}

/// One finding.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Diagnostic<'a> {
    /// The id of the rule, like CAM-024; `keywright explain` prints it.
    rule: &'a str,
    /// The severity: error, warning or info.
    severity: Severity,
    /// One sentence that names the object and the cause.
    message: &'a str,
    /// The file; absent, like line and column, if the finding has no place in a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// The line where the place starts, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// The column, in characters, where the place starts, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    /// The line of the first character after the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<usize>,
    /// The column of the first character after the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
    /// A note at the place itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    /// Other places that explain the finding.
    labels: Vec<Label<'a>>,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

/// Another place that explains a finding.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Label<'a> {
    /// The file.
    file: &'a str,
    /// The line, from 1.
    line: usize,
    /// The column in characters, from 1.
    column: usize,
    /// The explanation.
    text: &'a str,
}

/// The number of findings of each severity.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    /// Findings that stop the run.
    errors: usize,
    /// Likely mistakes.
    warnings: usize,
    /// Notes.
    infos: usize,
}

impl<'a> Document<'a> {
    pub(super) fn of(diagnostics: &'a [diagnostic::Diagnostic], sources: &'a Sources) -> Self {
        Self {
            format_version: super::FORMAT_VERSION,
            kind: KIND,
            diagnostics: list(diagnostics, &Places::new(sources)),
            summary: Summary::of(diagnostics),
        }
    }
}

impl Summary {
    pub(super) fn of(diagnostics: &[diagnostic::Diagnostic]) -> Self {
        let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        Self {
            errors: count(diagnostic::Severity::Error),
            warnings: count(diagnostic::Severity::Warning),
            infos: count(diagnostic::Severity::Info),
        }
    }
}

pub(super) fn list<'a>(diagnostics: &'a [diagnostic::Diagnostic], places: &Places<'a>) -> Vec<Diagnostic<'a>> {
    diagnostics.iter().map(|diagnostic| Diagnostic::of(diagnostic, places)).collect()
}

impl<'a> Diagnostic<'a> {
    /// A finding of a saved plan.
    pub(super) fn of_saved(finding: &'a Finding) -> Self {
        Self {
            rule: &finding.rule,
            severity: finding.severity.into(),
            message: &finding.message,
            file: finding.place.as_ref().map(|place| &*place.file),
            line: finding.place.as_ref().map(|place| place.line),
            column: None,
            end_line: None,
            end_column: None,
            note: None,
            labels: Vec::new(),
            help: finding.help.as_deref(),
        }
    }

    fn of(diagnostic: &'a diagnostic::Diagnostic, places: &Places<'a>) -> Self {
        let spot: Option<Spot<'a>> = diagnostic.place.and_then(|place| places.spot(place));
        let start = spot.as_ref().map(|spot| places.position(spot, spot.start));
        let end = spot.as_ref().map(|spot| places.position(spot, spot.end));
        let labels = diagnostic.labels.iter().filter_map(|label| {
            let spot = places.spot(label.place)?;
            let (line, column) = places.position(&spot, spot.start);
            Some(Label { file: &spot.source.name, line, column, text: &label.text })
        });
        Self {
            rule: diagnostic.rule.0,
            severity: diagnostic.severity.into(),
            message: &diagnostic.message,
            file: spot.map(|spot| spot.source.name.as_ref()),
            line: start.map(|(line, _)| line),
            column: start.map(|(_, column)| column),
            end_line: end.map(|(line, _)| line),
            end_column: end.map(|(_, column)| column),
            note: (!diagnostic.note.is_empty()).then_some(diagnostic.note.as_ref()),
            labels: labels.collect(),
            help: diagnostic.help.as_deref(),
        }
    }
}
