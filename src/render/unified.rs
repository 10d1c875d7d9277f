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
    let sides: Vec<[Option<String>; 2]> = rows.iter().map(Row::sides).collect();
    let before = yaml(rows.iter().map(|row| row.before.as_ref()), &rows, sides.iter().map(|[before, _]| before));
    let after = yaml(rows.iter().map(|row| row.after.as_ref()), &rows, sides.iter().map(|[_, after]| after));
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
fn yaml<'r, 'a: 'r>(
    cells: impl Iterator<Item = Option<&'r Cell<'a>>>,
    rows: &[Row<'_>],
    shown: impl Iterator<Item = &'r Option<String>>,
) -> String {
    let mut text = String::new();
    for ((row, cell), shown) in rows.iter().zip(cells).zip(shown) {
        match (cell, shown) {
            (Some(Cell::Value(Value::Set(items))), _) if !items.is_empty() => {
                let _ = writeln!(text, "{}:", row.name);
                for item in items.iter() {
                    let _ = writeln!(text, "- {}", Value::Text(item.clone()));
                }
            }
            (_, Some(shown)) => {
                let _ = writeln!(text, "{}: {shown}", row.name);
            }
            (_, None) => {}
        }
    }
    text
}
