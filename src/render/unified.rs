//! A change as a unified diff of YAML lines, from the store to the manifest.

use std::fmt::Write as _;
use std::io;

use similar::TextDiff;

use super::rows;
use super::rows::Cell;
use super::rows::Row;
use super::style;
use crate::model::Value;
use crate::plan::Change;

/// Writes the diff and an empty line.
pub(super) fn write(out: &mut dyn io::Write, change: &Change) -> io::Result<()> {
    let rows = rows::rows(change);
    let before = yaml(&rows, |row| row.before.as_ref());
    let after = yaml(&rows, |row| row.after.as_ref());
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    let text = diff.unified_diff().context_radius(3).header("store", "manifest").to_string();
    for (number, line) in text.lines().enumerate() {
        let color = match line.as_bytes().first() {
            _ if number < 2 => style::BOLD,
            Some(b'@') => style::CYAN,
            Some(b'-') => style::RED,
            Some(b'+') => style::GREEN,
            _ => anstyle::Style::new(),
        };
        writeln!(out, "{color}{line}{color:#}")?;
    }
    writeln!(out)
}

/// One side of the rows as YAML, with one line per item of a set, so that the diff shows the items.
fn yaml<'r, 'a: 'r>(rows: &'r [Row<'a>], side: impl Fn(&'r Row<'a>) -> Option<&'r Cell<'a>>) -> String {
    let mut text = String::new();
    for row in rows {
        match side(row) {
            Some(Cell::Value(Value::Set(items))) if !items.is_empty() => {
                let _ = writeln!(text, "{}:", row.name);
                for item in items.iter() {
                    let _ = writeln!(text, "- {}", Value::Text(item.clone()));
                }
            }
            Some(cell) => {
                let _ = writeln!(text, "{}: {cell}", row.name);
            }
            None => {}
        }
    }
    text
}
