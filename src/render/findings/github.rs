//! Commands of GitHub Actions. A runner shows ten annotations of each level a step, and no more.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::collections::BTreeMap;
use std::io;

use super::Report;
use super::report::FAILED;
use super::report::Row;
use crate::diagnostic::Severity;
use crate::text;
use crate::text::ci_commands;

/// Maximum number of annotations of each level.
const MOST: usize = 10;

pub(super) fn write(out: &mut dyn io::Write, report: &Report<'_>) -> io::Result<()> {
    let shown = shown(&report.rows, MOST);
    // The count of the rest is an annotation too.
    let shown = if shown.len() < report.rows.len() { self::shown(&report.rows, MOST - 1) } else { shown };
    shown.iter().try_for_each(|row| annotation(out, row))?;
    let omitted = report.rows.len() - shown.len();
    if omitted == 0 {
        return Ok(());
    }
    let counts = [Severity::Error, Severity::Warning, Severity::Info].map(|severity| {
        let is_it = |row: &&Row<'_>| row.severity == severity;
        (severity, report.rows.iter().filter(is_it).count() - shown.iter().copied().filter(is_it).count())
    });
    let counts = counts.into_iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts.map(|(severity, count)| text::count(count, severity.name())).collect();
    let text = format!("and {}: {}", text::count(omitted, "more finding*"), counts.join(", "));
    writeln!(out, "::notice title=Keywright::{}", data(&text))
}

/// The first `most` rows of each severity.
fn shown<'r, 'a>(rows: &'r [Row<'a>], most: usize) -> Vec<&'r Row<'a>> {
    let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
    let fits = |row: &&Row<'_>| {
        let count = counts.entry(row.severity).or_default();
        *count += 1;
        *count <= most
    };
    rows.iter().filter(fits).collect()
}

fn annotation(out: &mut dyn io::Write, row: &Row<'_>) -> io::Result<()> {
    let level = match row.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    write!(out, "::{level} file={},line={}", property(&row.file), row.region.line)?;
    match row.region.columns {
        // The runner accepts columns only for one line, and its end is the last character.
        Some((start, end)) if row.region.line == row.region.end_line => {
            write!(out, ",endLine={},col={start},endColumn={}", row.region.end_line, end - 1)?;
        }
        _ => write!(out, ",endLine={}", row.region.end_line)?,
    }
    let title = if row.rule == FAILED { "Keywright" } else { &row.rule };
    writeln!(out, ",title={}::{}", property(title), data(&row.lines().join("\n")))
}

/// A text after the last `::`.
fn data(text: &str) -> String {
    let text = ci_commands::without_brackets(&text::lines(text));
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text between the `::`.
fn property(text: &str) -> String {
    data(&text::line(text)).replace(':', "%3A").replace(',', "%2C")
}
