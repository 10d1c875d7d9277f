//! The output of `keywright explain`: rules with their reasons and sources, and fields of manifests.

mod field;

pub use field::Described;
pub use field::described;
pub use field::field;

use std::io;

use anstyle::Style;

use super::style;
use crate::rule::Example;
use crate::rule::Rule;
use crate::rule::When;
use crate::rules::catalogue;
use crate::text::wrap;

/// Longer lines are hard to read, also where they fit. In columns.
pub const WIDEST: usize = 100;

/// Writes the description of a rule in lines of at most `width` columns, which is at most [`WIDEST`]; examples keep their lines.
pub fn rule(out: &mut dyn io::Write, rule: &Rule, width: usize) -> io::Result<()> {
    let (bold, dim) = (style::BOLD, style::DIM);
    let color = style::of_severity(rule.severity).bold();
    writeln!(out, "{color}{}[{}]{color:#}", rule.severity, rule.id)?;
    wrap(rule.says, width).into_iter().try_for_each(|line| writeln!(out, "{bold}{line}{bold:#}"))?;
    writeln!(out)?;
    wrap(rule.why, width).into_iter().try_for_each(|line| writeln!(out, "{line}"))?;
    writeln!(out)?;
    let severity = if rule.fixed {
        "fixed, because it protects the store"
    } else {
        "can be changed under rules: in keywright.yaml"
    };
    let also = rule.also.map(|(severity, which)| format!("{severity} {which}"));
    let rows = [("checked", checked(rule.when)), ("severity", severity)].into_iter();
    let rows = rows.chain(also.as_deref().map(|also| ("also", also))).chain([("source", rule.source)]);
    for (name, text) in rows {
        for (number, line) in wrap(text, width.saturating_sub(12)).into_iter().enumerate() {
            writeln!(out, "  {dim}{:<10}{dim:#}{line}", if number == 0 { name } else { "" })?;
        }
    }
    for (title, text, other, color) in
        [("Wrong", rule.wrong, rule.right, style::RED), ("Right", rule.right, rule.wrong, style::GREEN)]
    {
        let bold = color.bold();
        writeln!(out, "\n{bold}{title}{bold:#}\n")?;
        match rule.example {
            Example::Manifests => write_manifest(out, text, other, color)?,
            Example::Story => {
                wrap(text, width.saturating_sub(2)).into_iter().try_for_each(|line| writeln!(out, "  {line}"))?;
            }
        }
    }
    Ok(())
}

const fn checked(when: When) -> &'static str {
    match when {
        When::Validate => "by validate, from the manifests alone",
        When::Plan => "by plan, against the store",
        When::Apply => "by apply, before, during or after its writes",
        When::Remote => "by the client of Cloud API Management, during its calls",
    }
}

/// Writes a manifest and colors the lines that the other one does not have.
fn write_manifest(out: &mut dyn io::Write, manifest: &str, other: &str, color: Style) -> io::Result<()> {
    manifest.trim_end().lines().try_for_each(|line| {
        let color = if other.lines().any(|same| same == line) { Style::new() } else { color };
        writeln!(out, "  {color}{line}{color:#}")
    })
}

/// Writes one line for every rule: id, severity, the command that checks it, and its text.
pub fn list(out: &mut dyn io::Write) -> io::Result<()> {
    let dim = style::DIM;
    catalogue::all().try_for_each(|rule| {
        let color = style::of_severity(rule.severity);
        let when = match rule.when {
            When::Validate => "validate",
            When::Plan => "plan",
            When::Apply => "apply",
            When::Remote => "remote",
        };
        let (id, severity, says) = (rule.id, rule.severity, rule.says);
        writeln!(out, "{id:<7}  {color}{severity:<7}{color:#}  {dim}{when:<8}{dim:#}  {says}")
    })
}
