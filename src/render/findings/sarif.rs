//! SARIF 2.1.0. The limits are those of GitHub code scanning: 25,000 results, of which it shows 5,000, in 10 MB of gzip.
//! <https://docs.github.com/en/code-security/reference/code-scanning/sarif-support-for-code-scanning>

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;

use serde_json::Value as Json;
use serde_json::json;

use super::Report;
use super::report::FAILED;
use super::report::Region;
use super::report::Row;
use crate::diagnostic::Severity;
use crate::rules::catalogue;
use crate::text;
use crate::text::ci_commands;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Maximum number of results.
const MOST: usize = 25_000;

/// Maximum size of the results in bytes. Compression does not make texts longer, so it holds for gzip too, and the rest of
/// the document has its room below 10 MB. No text of a result has characters that are escaped later.
const LONGEST: usize = 9_000_000;

/// Maximum number of characters of the texts about a rule.
const LONGEST_TEXT: usize = 1_000;

pub(super) fn write(out: &mut dyn io::Write, report: &Report<'_>) -> io::Result<()> {
    let rules: Vec<&str> = report.rows.iter().map(|row| &*row.rule).collect::<BTreeSet<_>>().into_iter().collect();
    let mut size = 0;
    let mut results = Vec::new();
    for row in report.rows.iter().take(MOST) {
        let result = result(row, &rules);
        size += serde_json::to_string(&result)?.len() + 1;
        if size > LONGEST {
            break;
        }
        results.push(result);
    }
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Keywright",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|id| rule(id)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(report, results.len())],
            "results": results,
        }],
    });
    writeln!(out, "{}", text::json(&serde_json::to_string(&document)?))
}

fn rule(id: &str) -> Json {
    let (says, why) = match catalogue::find(id) {
        Some(rule) => (rule.says, rule.why),
        None if id == FAILED => ("The command finishes.", "A command that failed has not checked everything."),
        None => ("A rule of another version of Keywright.", "This version does not know the rule."),
    };
    let help = if id == FAILED { "Read the message.".to_owned() } else { format!("{why} `keywright explain {id}`") };
    json!({
        "id": text::cut(id, LONGEST_TEXT),
        "shortDescription": {"text": text::cut(says, LONGEST_TEXT)},
        "fullDescription": {"text": text::cut(why, LONGEST_TEXT)},
        "help": {"text": text::cut(&help, LONGEST_TEXT)},
    })
}

fn result(row: &Row<'_>, rules: &[&str]) -> Json {
    let mut result = json!({
        "ruleId": text::cut(&row.rule, LONGEST_TEXT),
        "ruleIndex": rules.binary_search(&&*row.rule).unwrap_or_default(),
        "level": level(row.severity),
        "message": {"text": ci_commands::without_brackets(&row.lines().join("\n"))},
        "locations": [{"physicalLocation": location(&row.file, row.region)}],
        "partialFingerprints": {"primaryLocationLineHash": row.fingerprint},
    });
    let related = row.labels.iter().enumerate().map(|(id, label)| {
        let text = json!({"text": ci_commands::without_brackets(&label.text)});
        json!({"id": id, "physicalLocation": location(&label.file, label.region), "message": text})
    });
    let related: Vec<Json> = related.collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    result
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn location(file: &str, region: Region) -> Json {
    let mut place = json!({"startLine": region.line, "endLine": region.end_line});
    if let Some((start, end)) = region.columns {
        place["startColumn"] = start.into();
        place["endColumn"] = end.into();
    }
    json!({"artifactLocation": {"uri": uri(file)}, "region": place})
}

/// A path as a relative reference (RFC 3986).
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// Whether the command finished, and how many results are missing.
fn invocation(report: &Report<'_>, shown: usize) -> Json {
    let failed = report.rows.first().is_some_and(|row| row.rule == FAILED);
    let mut invocation = json!({"executionSuccessful": !failed});
    let omitted = report.rows.len() - shown;
    if omitted > 0 {
        let text = format!("{omitted} of {} findings are omitted; the worst are shown", report.rows.len());
        invocation["toolExecutionNotifications"] = json!([{"level": "warning", "message": {"text": text}}]);
    }
    invocation
}
