//! Keys as CSV: a line each, for spreadsheets and scripts.

use std::io;

use super::days;
use super::next;
use crate::keys::Key;
use crate::render::KeyReport;

const COLUMNS: [&str; 15] = [
    "address",
    "generationOf",
    "state",
    "created",
    "ageDays",
    "expires",
    "owner",
    "application",
    "package",
    "plan",
    "places",
    "delivered",
    "next",
    "nextAt",
    "findings",
];

/// Writes the keys with a first line of column names.
pub fn table(out: &mut dyn io::Write, report: &KeyReport<'_>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    for key in report.keys {
        let cells = cells(key, report);
        writer.write_record(cells.iter().map(|cell| harmless(cell)))?;
    }
    writer.flush()
}

fn cells(key: &Key, report: &KeyReport<'_>) -> [String; COLUMNS.len()] {
    let terms = key.terms.as_ref();
    let last = key.places.iter().filter_map(|place| place.at).max();
    let joined = |parts: Vec<String>| parts.join("; ");
    [
        key.address.to_string(),
        key.generation_of.as_ref().map(ToString::to_string).unwrap_or_default(),
        key.state.name().to_owned(),
        key.created.map(|created| created.to_rfc3339()).unwrap_or_default(),
        days(key, report.now).map(|days| days.to_string()).unwrap_or_default(),
        key.expires.as_deref().unwrap_or_default().to_owned(),
        key.owner.as_deref().unwrap_or_default().to_owned(),
        terms.map(|terms| terms.application.name()).unwrap_or_default(),
        terms.map(|terms| terms.package.name()).unwrap_or_default(),
        terms.and_then(|terms| terms.plan.as_deref()).unwrap_or_default().to_owned(),
        joined(key.places.iter().map(|place| format!("{} ({})", place.to.place(), place.to.name())).collect()),
        last.map(|at| at.to_rfc3339()).unwrap_or_default(),
        next(key).map(|event| event.what.name().to_owned()).unwrap_or_default(),
        next(key).map(|event| event.at.to_rfc3339()).unwrap_or_default(),
        joined(key.concerns.iter().map(|concern| concern.name().to_owned()).collect()),
    ]
}

/// Spreadsheets run a cell that begins like a formula, and names in the stores are from anyone.
fn harmless(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}
