//! Findings: the problem, its place, and the fix.

mod places;

use std::borrow::Cow;
use std::fmt;

pub use places::Places;
pub use places::Spot;

/// Maximum number of reported findings. Limits memory for hostile input.
pub const MAX_FINDINGS: usize = 10_000;

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Information only.
    Info,
    /// Probably a mistake; the run continues.
    Warning,
    /// The run stops.
    Error,
}

impl Severity {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The id of a documented check: `CAM-024`, `MFT-002`, `KW-003`. `keywright explain ID` prints it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub &'static str);

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Debug for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A file by its index in [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct SourceId(pub u32);

/// A range of bytes in one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Place {
    pub source: SourceId,
    pub start: u32,
    pub end: u32,
}

/// One text and its name in messages.
pub struct Source {
    pub name: Box<str>,
    pub text: Box<str>,
    /// Whether to parse the text as manifests; false for files that findings only refer to.
    pub readable: bool,
}

/// All texts of a run, sorted by name, so that the order of places is the order of files.
#[derive(Default)]
pub struct Sources(pub Vec<Source>);

/// A line of a file, without its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileLine {
    pub file: Box<str>,
    pub line: usize,
}

impl fmt::Display for FileLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Sources {
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.0.get(id.0 as usize)
    }
}

/// Another place that explains the finding: `declared disabled here`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    pub place: Place,
    pub text: Cow<'static, str>,
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    pub rule: RuleId,
    pub severity: Severity,
    /// One sentence that names the object and the cause, without a full stop.
    pub message: String,
    /// The place. `None` for findings that are not about a file.
    pub place: Option<Place>,
    /// The text under the marked place.
    pub note: Cow<'static, str>,
    pub labels: Vec<Label>,
    /// The next step.
    pub help: Option<String>,
    /// Whether it comes before all others, wherever its place is.
    pub is_first: bool,
}

impl Diagnostic {
    /// Use [`crate::rule::Rule::finding`] instead, which sets the severity.
    pub(crate) fn new(rule: RuleId, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity,
            message: message.into(),
            place: None,
            note: Cow::Borrowed(""),
            labels: Vec::new(),
            help: None,
            is_first: false,
        }
    }

    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<Cow<'static, str>>) -> Self {
        self.note = note.into();
        self
    }

    #[must_use]
    pub fn label(mut self, place: Place, text: impl Into<Cow<'static, str>>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A finding in a saved plan, without the source text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    pub rule: String,
    pub severity: Severity,
    pub message: String,
    pub place: Option<FileLine>,
    pub help: Option<String>,
}

impl Finding {
    pub fn of(diagnostic: &Diagnostic, places: &Places<'_>) -> Self {
        Self {
            rule: diagnostic.rule.0.to_owned(),
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            place: diagnostic.place.and_then(|place| places.line(place)),
            help: diagnostic.help.clone(),
        }
    }
}

/// A value and its findings. There is a value only if no finding is an error.
#[must_use = "unread diagnostics hide mistakes"]
pub struct Checked<T> {
    pub value: Option<T>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Sorts findings by file, place and rule, after those that come first, and removes duplicates, so that the output is
/// deterministic.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (!d.is_first, d.place.is_none(), d.place, d.rule);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
}

/// Whether any finding is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// The candidate most similar to `written`, if it is similar enough.
pub fn did_you_mean<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let closeness = |candidate: &str| {
        similar::TextDiff::configure().diff_chars(written.to_lowercase(), candidate.to_lowercase()).ratio()
    };
    // A hostile word of a megabyte must not cost a quadratic comparison with every candidate.
    if written.len() > 100 {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (closeness(candidate), candidate))
        .filter(|(ratio, _)| *ratio >= 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: &'static str, severity: Severity, message: &str) -> Diagnostic {
        Diagnostic::new(RuleId(rule), severity, message)
    }

    #[test]
    fn findings_are_sorted_by_place_and_unique() {
        let place = |start| Place { source: SourceId(0), start, end: start + 1 };
        let mut all = vec![
            found("KW-001", Severity::Error, "nowhere"),
            found("CAM-002", Severity::Error, "later").at(place(9)),
            found("CAM-003", Severity::Error, "b").at(place(1)),
            found("CAM-001", Severity::Error, "b").at(place(1)),
            found("CAM-001", Severity::Error, "b").at(place(1)),
            found("CAM-001", Severity::Warning, "a").at(place(1)),
            Diagnostic { is_first: true, ..found("KW-002", Severity::Warning, "first").at(place(5)) },
        ];
        sort(&mut all);
        let shown: Vec<_> = all.iter().map(|d| format!("{} {}", d.rule, d.message)).collect();
        assert_eq!(shown, ["KW-002 first", "CAM-001 a", "CAM-001 b", "CAM-003 b", "CAM-002 later", "KW-001 nowhere"]);
        assert!(has_errors(&all));
        assert!(!has_errors(&[found("CAM-001", Severity::Warning, "a"), found("CAM-001", Severity::Info, "a")]));
    }

    #[test]
    fn suggestions_are_similar_or_none() {
        assert_eq!(did_you_mean("dispalyName", ["email", "displayName", "name"]), Some("displayName"));
        assert_eq!(did_you_mean("DISPLAYNAME", ["displayName"]), Some("displayName"));
        assert_eq!(did_you_mean("zzz", ["email", "displayName"]), None);
        assert_eq!(did_you_mean(&"e".repeat(200), ["email"]), None);
    }
}
