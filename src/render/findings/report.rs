//! Findings in the form that all reports share.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;

use super::checkout::Checkout;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Finding;
use crate::diagnostic::Places;
use crate::diagnostic::Severity;
use crate::model::Digest;
use crate::render::Findings;
use crate::text;
use crate::workspace::WORKSPACE_FILE;

/// The findings of a run, the worst ones first.
pub struct Report<'a> {
    pub(super) rows: Vec<Row<'a>>,
    home: Cow<'a, str>,
}

/// A finding with a file and a line. Its texts are safe to show.
pub(super) struct Row<'a> {
    /// The id of the rule, or [`FAILED`].
    pub(super) rule: Cow<'a, str>,
    pub(super) severity: Severity,
    /// One line: the problem, and its note.
    pub(super) message: String,
    /// Other places that explain the finding.
    pub(super) labels: Vec<Label<'a>>,
    /// The next step; may have several lines.
    pub(super) help: Option<String>,
    /// A path relative to the root of the checkout, or without Git to the current folder.
    pub(super) file: Cow<'a, str>,
    pub(super) region: Region,
    /// The same for the same problem in another run, and unique in this one.
    pub(super) fingerprint: String,
}

/// Another place, in a file of the repository.
pub(super) struct Label<'a> {
    pub(super) text: String,
    pub(super) file: Cow<'a, str>,
    pub(super) region: Region,
}

/// Lines and columns from 1; the end is the first character after the place. A saved finding has no columns.
#[derive(Clone, Copy)]
pub(super) struct Region {
    pub(super) line: usize,
    pub(super) end_line: usize,
    pub(super) columns: Option<(usize, usize)>,
}

/// The rule of a row that is not a finding: why the command failed.
pub(super) const FAILED: &str = "failed";

impl Region {
    const FIRST_LINE: Self = Self { line: 1, end_line: 1, columns: None };

    fn of((line, column): (usize, usize), (end_line, end_column): (usize, usize)) -> Self {
        // Readers show nothing for a place without a character.
        let end_column = if line == end_line { end_column.max(column + 1) } else { end_column };
        Self { line, end_line, columns: Some((column, end_column)) }
    }
}

impl<'a> Report<'a> {
    /// A report about `findings`. `home` is the path of the settings file, where findings without a place are shown.
    pub fn new(findings: Findings<'a>, home: &'a str, checkout: Option<&Checkout>) -> Self {
        let mut rows: Vec<Row<'a>> = match findings {
            Findings::Found(diagnostics, sources) => {
                let places = Places::new(sources);
                diagnostics.iter().map(|diagnostic| found(diagnostic, &places)).collect()
            }
            Findings::Remembered(findings) => findings.iter().map(remembered).collect(),
        };
        let home = checkout.map_or(Cow::Borrowed(home), |checkout| checkout.path(Cow::Borrowed(home)));
        let home = if home.starts_with('/') { Cow::Borrowed(WORKSPACE_FILE) } else { home };
        for row in &mut rows {
            if let Some(checkout) = checkout {
                row.show_in(checkout);
            }
            row.settle(&home);
        }
        // Stable: the order of the findings decides among equals.
        rows.sort_by_key(|row| Reverse(row.severity));
        let mut report = Self { rows, home };
        report.identify();
        report
    }

    /// The same report with the reason why the command failed, as its first entry.
    #[must_use]
    pub fn failed(mut self, message: &str, help: Option<&str>) -> Self {
        let row = Row {
            rule: Cow::Borrowed(FAILED),
            severity: Severity::Error,
            message: text::line(message).into_owned(),
            labels: Vec::new(),
            help: help.map(|help| text::lines(help).into_owned()),
            file: self.home.clone(),
            region: Region::FIRST_LINE,
            fingerprint: String::new(),
        };
        self.rows.insert(0, row);
        self.identify();
        self
    }

    /// The reports of several workspaces as one: why commands failed, and then the worst findings of all.
    #[must_use]
    pub fn of_all(reports: Vec<Report<'a>>) -> Self {
        let mut rows: Vec<Row<'a>> = reports.into_iter().flat_map(|report| report.rows).collect();
        rows.sort_by_key(|row| (row.rule != FAILED, Reverse(row.severity)));
        let mut report = Self { rows, home: Cow::Borrowed(WORKSPACE_FILE) };
        report.identify();
        report
    }

    /// The same report without what it is made from.
    #[must_use]
    pub fn into_owned(self) -> Report<'static> {
        let rows = self.rows.into_iter().map(Row::into_owned).collect();
        Report { rows, home: Cow::Owned(self.home.into_owned()) }
    }

    /// Gives each row its fingerprint: of the rule, the file and the message, and a number for equal ones. Nothing of the
    /// file's text is in it, because that could be a secret.
    fn identify(&mut self) {
        let mut seen: HashMap<Digest, usize> = HashMap::new();
        for row in &mut self.rows {
            let digest = Digest::of(format!("{}\0{}\0{}", row.rule, row.file, row.message).as_bytes());
            let number = seen.entry(digest).or_default();
            *number += 1;
            row.fingerprint = format!("{}:{number}", &digest.hex()[..32]);
        }
    }
}

impl Row<'_> {
    fn show_in(&mut self, checkout: &Checkout) {
        let files = std::iter::once(&mut self.file).chain(self.labels.iter_mut().map(|label| &mut label.file));
        for file in files.filter(|file| !file.is_empty() && !file.starts_with('(')) {
            *file = checkout.path(std::mem::take(file));
        }
    }

    /// Every row has a file that a reader can show: a relative path. Otherwise it is in the settings file, and the message
    /// names the place.
    fn settle(&mut self, home: &str) {
        let is_settings_of_commit = self.file.contains(&format!("{WORKSPACE_FILE} of "));
        if !self.file.is_empty() && !self.file.starts_with(['/', '(']) && !is_settings_of_commit {
            return;
        }
        if !self.file.is_empty() {
            self.message.push_str(&format!(" ({}:{})", text::line(&self.file), self.region.line));
        }
        self.file = Cow::Owned(home.to_owned());
        self.region = Region::FIRST_LINE;
    }

    fn into_owned(self) -> Row<'static> {
        let label = |label: Label<'_>| Label { file: Cow::Owned(label.file.into_owned()), ..label };
        Row {
            rule: Cow::Owned(self.rule.into_owned()),
            labels: self.labels.into_iter().map(label).collect(),
            file: Cow::Owned(self.file.into_owned()),
            ..self
        }
    }

    /// The message, the other places and the help, for readers that have one text.
    pub(super) fn lines(&self) -> Vec<String> {
        let label = |label: &Label<'_>| format!("{}: {}:{}", label.text, text::line(&label.file), label.region.line);
        let help = self.help.iter().flat_map(|help| help.lines()).enumerate();
        let help = help.map(|(index, line)| format!("{}{line}", if index == 0 { "help: " } else { "" }));
        std::iter::once(self.message.clone()).chain(self.labels.iter().map(label)).chain(help).collect()
    }

    /// `CAM-024: the message`, or only the message of a failure.
    pub(super) fn title(&self) -> String {
        if self.rule == FAILED { self.message.clone() } else { format!("{}: {}", text::line(&self.rule), self.message) }
    }
}

fn found<'a>(diagnostic: &'a Diagnostic, places: &Places<'a>) -> Row<'a> {
    let place = |place| {
        let spot = places.spot(place)?;
        Some((&*spot.source.name, Region::of(places.position(&spot, spot.start), places.position(&spot, spot.end))))
    };
    let (file, region) = diagnostic.place.and_then(place).unwrap_or(("", Region::FIRST_LINE));
    let labels = diagnostic.labels.iter().filter_map(|label| {
        let (file, region) = place(label.place)?;
        Some(Label { text: text::line(&label.text).into_owned(), file: Cow::Borrowed(file), region })
    });
    let note = if diagnostic.note.is_empty() { String::new() } else { format!(" ({})", diagnostic.note) };
    Row {
        rule: Cow::Borrowed(diagnostic.rule.0),
        severity: diagnostic.severity,
        message: text::line(&format!("{}{note}", diagnostic.message)).into_owned(),
        labels: labels.collect(),
        help: diagnostic.help.as_deref().map(|help| text::lines(help).into_owned()),
        file: Cow::Borrowed(file),
        region,
        fingerprint: String::new(),
    }
}

fn remembered(finding: &Finding) -> Row<'_> {
    let place = finding.place.as_ref();
    let line = place.map_or(1, |place| place.line);
    Row {
        rule: Cow::Borrowed(&finding.rule),
        severity: finding.severity,
        message: text::line(&finding.message).into_owned(),
        labels: Vec::new(),
        help: finding.help.as_deref().map(|help| text::lines(help).into_owned()),
        file: Cow::Borrowed(place.map_or("", |place| &*place.file)),
        region: Region { line, end_line: line, columns: None },
        fingerprint: String::new(),
    }
}
