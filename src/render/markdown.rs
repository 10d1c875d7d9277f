//! A plan as a comment of a pull request: a summary, a table of the changes, and the details of each to unfold.
//!
//! Nothing that a manifest or a store says can break out: see `escape`.

mod escape;

use std::fmt::Write as _;
use std::io;

use self::escape::code;
use self::escape::prose;
use super::rows;
use super::rows::Row;
use super::style;
use crate::diagnostic::Finding;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Origin;
use crate::plan::Plan;

/// A comment of a pull request may have 65,536 characters.
const LONGEST: usize = 60_000;
/// So much of them may the table of the changes take, so that there is room for details.
const LONGEST_TABLE: usize = 30_000;
/// A value that is longer is cut.
const LONGEST_VALUE: usize = 1_000;

/// Writes a plan with what was worth knowing when it was made. What does not fit into a comment is counted.
pub fn plan(out: &mut dyn io::Write, plan: &Plan, origin: &Origin, found: &[Finding]) -> io::Result<()> {
    let mut text = String::new();
    head(&mut text, plan, origin);
    if !plan.is_empty() {
        table(&mut text, plan);
        findings(&mut text, found);
        details(&mut text, plan);
    }
    out.write_all(text.as_bytes())
}

fn head(text: &mut String, plan: &Plan, origin: &Origin) {
    let _ = writeln!(text, "### Plan for workspace {} · {}\n", prose(&origin.workspace), prose(&origin.stores()));
    let counts = Action::ALL.map(|action| (plan.count(action), action));
    let counted: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, action)| format!("{count} to {action}"))
        .collect();
    let what = if counted.is_empty() { "Nothing to do".to_owned() } else { counted.join(", ") };
    let _ = write!(text, "**{what}**");
    let unchanged = plan.unchanged.values().sum();
    let left_alone = plan.left_alone.values().sum();
    let rest = [(unchanged, "unchanged"), (plan.kept.len(), "kept"), (left_alone, "left alone (not owned)")];
    for (count, words) in rest.into_iter().filter(|(count, _)| *count > 0) {
        let _ = write!(text, " · {count} {words}");
    }
    let made = origin.made.format("%Y-%m-%d %H:%M UTC");
    let _ = writeln!(text, " · made {made} by Keywright {}", prose(&origin.version));
}

fn table(text: &mut String, plan: &Plan) {
    text.push_str("\n| | Change | Object | Manifest |\n|---|---|---|---|\n");
    let mut untold = 0_usize;
    for change in &plan.changes {
        let row = table_row(change);
        if untold > 0 || text.len() + row.len() > LONGEST_TABLE {
            untold += 1;
        } else {
            text.push_str(&row);
        }
    }
    if untold > 0 {
        let _ = writeln!(text, "\n…and {untold} more, which `keywright show` names.");
    }
}

fn table_row(change: &Change) -> String {
    let (sign, _) = style::of_action(change.action);
    let place = change.place.as_ref().map(|place| code(&place.to_string())).unwrap_or_default();
    format!("| {} | {} | {} | {place} |\n", code(sign), change.action, code(&rows::shown(&change.address)))
}

fn findings(text: &mut String, findings: &[Finding]) {
    for (index, finding) in findings.iter().enumerate() {
        let line = finding_line(finding);
        if text.len() + line.len() > LONGEST_TABLE + LONGEST_VALUE {
            let _ = writeln!(text, "\n…and {} more findings.", findings.len() - index);
            return;
        }
        if index == 0 {
            text.push('\n');
        }
        text.push_str(&line);
    }
}

fn finding_line(finding: &Finding) -> String {
    let place = finding.place.as_ref().map(|place| format!(" ({})", code(&place.to_string()))).unwrap_or_default();
    format!("- **{}** {}: {}{place}\n", finding.severity, prose(&finding.rule), prose(&finding.message))
}

fn details(text: &mut String, plan: &Plan) {
    let mut untold = 0_usize;
    for change in &plan.changes {
        let details = detail(change);
        if untold > 0 || text.len() + details.len() > LONGEST {
            untold += 1;
        } else {
            text.push_str(&details);
        }
    }
    if untold > 0 {
        let untold = crate::text::count(untold, "more change*");
        let _ = writeln!(text, "\nThe details of {untold} do not fit; `keywright show` tells them.");
    }
}

/// The details of one change, to unfold. The empty lines let Markdown see the table between the tags.
fn detail(change: &Change) -> String {
    let mut text = format!(
        "\n<details><summary>{} {}</summary>\n\nWhy: {}\n",
        change.action,
        code(&rows::shown(&change.address)),
        prose(&change.reason)
    );
    let rows = rows::rows(change);
    // What a deleted object was is in the store and in the JSON; here it would hide what goes.
    if !rows.is_empty() && change.action != Action::Delete {
        text.push_str("\n| Field | Before | After |\n|---|---|---|\n");
        text.extend(rows.iter().map(detail_row));
    }
    text.push_str("\n</details>\n");
    text
}

fn detail_row(row: &Row<'_>) -> String {
    let cell = |cell: &Option<rows::Cell<'_>>| match cell {
        Some(cell) => code(&cut(&cell.to_string())),
        None => "not set".to_owned(),
    };
    format!("| {} | {} | {} |\n", code(&row.name), cell(&row.before), cell(&row.after))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
