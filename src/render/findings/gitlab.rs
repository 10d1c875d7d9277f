//! The code quality report of GitLab: an array, which is empty without findings.
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::io;

use serde::Serialize;

use super::Report;
use super::report::Row;
use crate::diagnostic::Severity;
use crate::text;

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

pub(super) fn write(out: &mut dyn io::Write, report: &Report<'_>) -> io::Result<()> {
    let entries: Vec<Entry<'_>> = report.rows.iter().map(entry).collect();
    writeln!(out, "{}", text::json(&serde_json::to_string_pretty(&entries)?))
}

fn entry<'a>(row: &'a Row<'_>) -> Entry<'a> {
    let (begin, end) = (row.region.line, row.region.end_line);
    Entry {
        description: row.title(),
        check_name: &row.rule,
        fingerprint: &row.fingerprint,
        severity: match row.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: Location { path: &row.file, lines: Lines { begin, end } },
    }
}
