//! What moved since the last apply, as text.

use std::collections::BTreeMap;
use std::io;

use similar::TextDiff;

use super::DriftReport;
use super::style;
use crate::diagnostic::SourceId;
use crate::diagnostic::Sources;
use crate::drift::Drift;
use crate::drift::FieldDrift;
use crate::drift::Side;
use crate::drift::What;
use crate::model::Value;
use crate::model::moment::in_utc;
use crate::text;

/// Longer values are cut, in characters.
const LONGEST: usize = 1_000;

/// Writes every difference with its side, and a summary.
pub fn drift(out: &mut dyn io::Write, report: &DriftReport<'_>) -> io::Result<()> {
    let (bold, dim) = (style::BOLD, style::DIM);
    let (workspace, store) = (text::line(report.workspace), text::line(report.store));
    writeln!(out, "{bold}Drift of workspace {workspace}{bold:#} {dim}·{dim:#} {store}\n")?;
    for drift in report.drift {
        one(out, drift)?;
    }
    if !report.drift.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{bold}{}{bold:#}", summary(report.drift))
}

fn one(out: &mut dyn io::Write, drift: &Drift) -> io::Result<()> {
    let (sign, color) = match drift.what {
        What::Changed => ("~", style::YELLOW),
        What::Missing(_) => ("-", style::RED),
        What::Undeclared | What::Removed => ("+", style::GREEN),
    };
    let dim = style::DIM;
    let about = [Some(words(&drift.what)), Some(drift.side.name().to_owned()), seen(drift)];
    let about: Vec<String> = about.into_iter().flatten().collect();
    let line = drift.line.as_ref().map_or_else(String::new, |line| format!("  {line}"));
    writeln!(out, "  {color}{sign}{color:#} {}  {}{dim}{line}{dim:#}", drift.address, about.join(" · "))?;
    drift.fields.iter().try_for_each(|field| one_field(out, drift, field))
}

fn one_field(out: &mut dyn io::Write, drift: &Drift, field: &FieldDrift) -> io::Result<()> {
    let name = text::line(&field.field);
    let side = if field.side == drift.side { String::new() } else { format!("  ({})", field.side.name()) };
    if field.is_secret {
        return writeln!(out, "      {name}: differs, and is not shown because it may be a secret{side}");
    }
    let applied = match (&field.applied, field.side) {
        (Some(applied), _) => format!("applied {} · ", value(Some(applied))),
        (None, Side::Unknown) => String::new(),
        (None, _) if field.is_long => "applied: only a digest is recorded · ".to_owned(),
        (None, Side::Ours) => String::new(),
        (None, _) => "applied not set · ".to_owned(),
    };
    let [store, manifest] = match (&field.store, &field.manifest) {
        (Some(store), Some(manifest)) => text::compared(&store.to_string(), &manifest.to_string(), LONGEST),
        (store, manifest) => [value(store.as_ref()), value(manifest.as_ref())],
    };
    writeln!(out, "      {name}: {applied}store {store} · manifest {manifest}{side}")
}

/// A long value is cut; the documents have it whole.
fn value(value: Option<&Value>) -> String {
    let Some(value) = value else { return "not set".to_owned() };
    let text = value.to_string();
    match text.chars().count() {
        length if length > LONGEST => format!("{} ({length} characters)", text::cut(&text, LONGEST)),
        _ => text,
    }
}

fn words(what: &What) -> String {
    match what {
        What::Changed => "changed".to_owned(),
        What::Missing(Some(other)) => format!("in the store as {other}"),
        What::Missing(None) => "not in the store".to_owned(),
        What::Undeclared => "not declared".to_owned(),
        What::Removed => "removed by its manifest, but in the store".to_owned(),
    }
}

fn seen(drift: &Drift) -> Option<String> {
    let by = drift.by.as_deref().map(|by| format!(" by {}", text::line(by))).unwrap_or_default();
    match drift.updated {
        Some(at) => Some(format!("last changed {}{by}", in_utc(at))),
        None => (!by.is_empty()).then(|| format!("last changed{by}")),
    }
}

/// Writes what changed in the manifests, as a unified diff of each file.
pub fn adopted(out: &mut dyn io::Write, texts: &BTreeMap<SourceId, String>, sources: &Sources) -> io::Result<()> {
    for (id, text) in texts {
        let Some(source) = sources.get(*id) else { continue };
        let name = text::line(&source.name);
        let diff = TextDiff::from_lines(&*source.text, text.as_str());
        let diff = diff.unified_diff().context_radius(2).header(&name, &name).to_string();
        writeln!(out, "\n{bold}Adopted in {name}{bold:#}", bold = style::BOLD)?;
        for line in diff.lines() {
            let color = match line.as_bytes().first() {
                Some(b'-') => style::RED,
                Some(b'+') => style::GREEN,
                _ => style::DIM,
            };
            writeln!(out, "{color}{}{color:#}", text::line(line))?;
        }
    }
    Ok(())
}

/// `2 theirs, 1 both · 1 ours`
pub(super) fn summary(all: &[Drift]) -> String {
    let count = |side| all.iter().filter(|drift| drift.side == side).count();
    let parts: Vec<String> = [Side::Theirs, Side::Both, Side::Unknown]
        .into_iter()
        .filter(|side| count(*side) > 0)
        .map(|side| format!("{} {}", count(side), in_words(side)))
        .collect();
    let moved =
        if parts.is_empty() { "Nothing that is declared moved in the store".to_owned() } else { parts.join(", ") };
    match count(Side::Ours) {
        0 => moved,
        ours => format!("{moved} · {ours} {}", in_words(Side::Ours)),
    }
}

const fn in_words(side: Side) -> &'static str {
    match side {
        Side::Ours => "changed in the manifests (ours)",
        Side::Theirs => "changed in the store (theirs)",
        Side::Both => "changed in both",
        Side::Unknown => "different, with no record of the last apply",
    }
}
