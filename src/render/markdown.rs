//! A plan as a pull request comment: a summary, a table of the changes, and collapsed details. `escape` handles hostile text.

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
use crate::plan::Held;
use crate::plan::Origin;
use crate::plan::Plan;
use crate::workspace::Consent;

/// A pull request comment may have 65,536 characters.
const LONGEST: usize = 60_000;
/// The maximum for the table of the changes, so that there is room for details.
const LONGEST_TABLE: usize = 30_000;
/// Longer values are cut.
const LONGEST_VALUE: usize = 1_000;

/// Writes a plan with its findings. Counts what does not fit into a comment.
pub fn plan(out: &mut dyn io::Write, plan: &Plan, origin: &Origin, found: &[Finding]) -> io::Result<()> {
    let mut text = String::new();
    head(&mut text, plan, origin);
    if !plan.is_empty() {
        table(&mut text, plan);
        consents(&mut text, plan);
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
    let what = match (counted.is_empty(), plan.held.is_empty()) {
        (false, _) => counted.join(", "),
        (true, true) => "Nothing to do".to_owned(),
        (true, false) => "Nothing to apply".to_owned(),
    };
    let _ = write!(text, "**{what}**");
    if !plan.held.is_empty() {
        let _ = write!(text, " · **{} held back**", plan.held.len());
    }
    let unchanged = plan.unchanged.values().sum();
    let left_alone = plan.left_alone.values().sum();
    let rest = [(unchanged, "unchanged"), (plan.kept.len(), "kept"), (left_alone, "left alone (not owned)")];
    for (count, words) in rest.into_iter().filter(|(count, _)| *count > 0) {
        let _ = write!(text, " · {count} {words}");
    }
    let made = origin.made.format("%Y-%m-%d %H:%M UTC");
    let commit = origin.manifests.as_ref().and_then(|manifests| manifests.commit.as_ref());
    let commit = commit.map(|commit| format!(" from {}", prose(&commit.to_string()))).unwrap_or_default();
    let _ = writeln!(text, " · made {made} by Keywright {}{commit}", prose(&origin.version));
}

fn table(text: &mut String, plan: &Plan) {
    text.push_str("\n| | Change | Object | Manifest |\n|---|---|---|---|\n");
    let omitted = fill(text, plan, LONGEST_TABLE, table_row);
    if omitted > 0 {
        let _ = writeln!(text, "\n…and {omitted} more; `keywright show` lists them.");
    }
}

/// Appends a part for each change while it fits, and returns how many do not.
fn fill(text: &mut String, plan: &Plan, longest: usize, part: fn(&Change, Option<&Held>) -> String) -> usize {
    let fits = |(index, change): &(usize, &Change)| {
        let part = part(change, plan.held.get(index));
        let fits = text.len() + part.len() <= longest;
        text.push_str(if fits { &part } else { "" });
        fits
    };
    plan.changes.len() - plan.changes.iter().enumerate().take_while(fits).count()
}

fn table_row(change: &Change, held: Option<&Held>) -> String {
    let (sign, _) = style::of_action(change.action);
    let held = if held.is_some() { " (held back)" } else { "" };
    let place = change.place.as_ref().map(|place| code(&place.to_string())).unwrap_or_default();
    format!("| {} | {}{held} | {} | {place} |\n", code(sign), change.action, code(&rows::shown(&change.address)))
}

fn consents(text: &mut String, plan: &Plan) {
    for (index, Consent { allow, why, until }) in plan.consents.iter().enumerate() {
        let first = if index == 0 { "\n" } else { "" };
        let _ =
            writeln!(text, "{first}- allowed by the settings until {}: {} ({})", prose(until), code(allow), prose(why));
    }
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
    let omitted = fill(text, plan, LONGEST, detail);
    if omitted > 0 {
        let omitted = crate::text::count(omitted, "more change*");
        let _ = writeln!(text, "\nThe details of {omitted} do not fit; `keywright show` prints them.");
    }
}

/// The collapsed details of one change. Markdown needs the empty lines to see the table between the tags.
fn detail(change: &Change, held: Option<&Held>) -> String {
    let mut text = format!(
        "\n<details><summary>{} {}</summary>\n\nWhy: {}\n",
        change.action,
        code(&rows::shown(&change.address)),
        prose(&change.reason)
    );
    if let Some(held) = held {
        let _ = writeln!(text, "\nHeld back: {}", prose(&held.to_string()));
    }
    let rows = rows::rows(change);
    // The fields of deleted objects are in the JSON; here they would be noise.
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
