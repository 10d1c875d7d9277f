//! A JUnit report: a failed test for each error, and a passed one with output for each warning and note, so that the
//! report fails if and only if the command does.

use std::collections::HashMap;
use std::io;

use quick_junit::NonSuccessKind;
use quick_junit::TestCase;
use quick_junit::TestCaseStatus;
use quick_junit::TestSuite;

use super::Report;
use super::report::FAILED;
use super::report::Row;
use crate::diagnostic::Severity;
use crate::text;
use crate::text::ci_commands;

pub(super) fn write(out: &mut dyn io::Write, report: &Report<'_>) -> io::Result<()> {
    let mut suite = TestSuite::new("keywright");
    let mut names: HashMap<String, usize> = HashMap::new();
    for row in &report.rows {
        let mut name = name(row);
        let number = names.entry(name.clone()).or_default();
        *number += 1;
        if *number > 1 {
            name.push_str(&format!(" #{number}"));
        }
        suite.add_test_case(case(row, &name));
    }
    if report.rows.is_empty() {
        // Readers take a report without tests for a mistake.
        suite.add_test_case(TestCase::new("no findings", TestCaseStatus::success()));
    }
    let mut report = quick_junit::Report::new("keywright");
    report.add_test_suite(suite);
    let text = report.to_string().map_err(io::Error::other)?;
    writeln!(out, "{}", text.trim_end())
}

/// The rule and the place.
fn name(row: &Row<'_>) -> String {
    let column = row.region.columns.map(|(start, _)| format!(":{start}")).unwrap_or_default();
    legal(&format!("{} {}:{}{column}", text::line(&row.rule), text::line(&row.file), row.region.line))
}

fn case(row: &Row<'_>, name: &str) -> TestCase {
    let lines = legal(&row.lines().join("\n"));
    let mut case = if row.severity == Severity::Error {
        let kind = if row.rule == FAILED { NonSuccessKind::Error } else { NonSuccessKind::Failure };
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(legal(&row.message)).set_type(legal(&row.rule)).set_description(lines);
        TestCase::new(name, status)
    } else {
        let mut case = TestCase::new(name, TestCaseStatus::success());
        case.set_system_out(format!("{}: {lines}", row.severity));
        case
    };
    let file = legal(&text::line(&row.file));
    case.set_classname(file.clone());
    case.extra.insert("file".into(), file.into());
    case.extra.insert("line".into(), row.region.line.to_string().into());
    case
}

/// The characters that XML 1.0 allows, without commands of CI runners. The texts have no control characters any more.
fn legal(text: &str) -> String {
    ci_commands::without_brackets(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
