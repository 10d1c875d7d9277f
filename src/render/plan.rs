//! A plan as text.

use std::collections::BTreeMap;
use std::io;

use super::Header;
use super::rows;
use super::rows::Cell;
use super::rows::Row;
use super::style;
use super::timeline;
use super::totals;
use super::unified;
use crate::diagnostic::Finding;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Value;
use crate::model::moment::in_utc;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Held;
use crate::plan::Kept;
use crate::plan::Plan;
use crate::text;
use crate::workspace::Consent;

/// How the fields of a change are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Style {
    /// One line per field: `throttle.perSecond  10 → 20`.
    #[default]
    Fields,
    /// As a unified diff of YAML lines.
    Unified,
    /// Not at all: only how many changes of each kind there are.
    Totals,
}

/// Reasons that the sign of the change already implies.
const OBVIOUS: [&str; 2] = ["declared but not in the store", "differs from the manifest"];

/// Longer rows are wrapped.
const WIDTH: usize = 110;
const INDENT: &str = "      ";

/// Writes the findings of a saved plan, one per line.
pub fn findings(out: &mut dyn io::Write, findings: &[Finding]) -> io::Result<()> {
    let dim = style::DIM;
    if !findings.is_empty() {
        writeln!(out)?;
    }
    for finding in findings {
        let color = style::of_severity(finding.severity).bold();
        let (severity, rule, message) = (finding.severity, text::line(&finding.rule), text::line(&finding.message));
        write!(out, "{color}{severity}[{rule}]{color:#}: {message}")?;
        match &finding.place {
            Some(place) => writeln!(out, "  {dim}{}{dim:#}", text::line(&place.to_string()))?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}

/// Writes every change in order, the kept objects, and a summary.
pub fn plan(out: &mut dyn io::Write, plan: &Plan, header: &Header<'_>, style: Style) -> io::Result<()> {
    if let Some(at) = header.at {
        write_time(out, at)?;
    }
    // Hosts that were called are named even if there is nothing to do.
    if !plan.is_empty() || !header.hosts.is_empty() {
        let (bold, dim) = (style::BOLD, style::DIM);
        let (workspace, store) = (text::line(header.workspace), text::line(header.store));
        writeln!(out, "{bold}Plan for workspace {workspace}{bold:#} {dim}·{dim:#} {store}\n")?;
    }
    if !plan.is_empty() {
        write_changes(out, plan, style)?;
    }
    write_consents(out, plan)?;
    let kept: Vec<&Kept> = plan.kept.iter().filter(|kept| !header.rotations.cover(&kept.address)).collect();
    write_kept(out, &kept)?;
    timeline::waits(out, &header.rotations)?;
    write_summary(out, plan, kept.len())
}

fn write_changes(out: &mut dyn io::Write, plan: &Plan, style: Style) -> io::Result<()> {
    if style == Style::Totals {
        return totals::write(out, plan);
    }
    let columns = Columns::of(&plan.changes);
    for (index, change) in plan.changes.iter().enumerate() {
        write_change(out, change, plan.held.get(&index), &columns, style)?;
    }
    if style == Style::Fields {
        writeln!(out)?;
    }
    write_legend(out, plan)
}

/// The signs that the plan uses, if that helps: `+`, `~` and `-` are known from other tools, and the summary names the only
/// action of a plan.
fn write_legend(out: &mut dyn io::Write, plan: &Plan) -> io::Result<()> {
    let used = || Action::ALL.into_iter().filter(|action| plan.changes.iter().any(|change| change.action == *action));
    let is_known = |action: Action| matches!(action, Action::Create | Action::Update | Action::Delete);
    if used().count() < 2 || used().all(is_known) {
        return Ok(());
    }
    let sign = |action: Action| {
        let (sign, color) = style::of_action(action);
        format!("{color}{sign}{color:#} {action}")
    };
    let (dim, yellow) = (style::DIM, style::YELLOW);
    let held = (!plan.held.is_empty()).then(|| format!("{yellow}?{yellow:#} held back"));
    let signs: Vec<String> = used().map(sign).chain(held).collect();
    writeln!(out, "{dim}Signs:{dim:#} {}\n", signs.join(", "))
}

/// What a plan for a later time does not know.
fn write_time(out: &mut dyn io::Write, at: Instant) -> io::Result<()> {
    let yellow = style::YELLOW;
    writeln!(
        out,
        "{yellow}Preview for {}, if nothing else changes until then.{yellow:#} It is only shown: it cannot be applied.",
        in_utc(at)
    )?;
    writeln!(out, "It shows one step of each rotated key; runs before that time take the earlier steps.\n")
}

/// Writes changes field by field.
pub(super) fn changes(out: &mut dyn io::Write, changes: &[Change]) -> io::Result<()> {
    let columns = Columns::of(changes);
    changes.iter().try_for_each(|change| write_change(out, change, None, &columns, Style::Fields))
}

struct Columns {
    place: usize,
    value: usize,
}

impl Columns {
    fn of(changes: &[Change]) -> Self {
        let head = |change: &Change| {
            let (sign, _) = style::of_action(change.action);
            sign.len() + 1 + rows::shown(&change.address).chars().count()
        };
        let rows = changes.iter().flat_map(rows::rows);
        Self {
            place: changes.iter().map(head).max().unwrap_or_default().clamp(48, 72) + 2,
            value: rows.map(|row| row.name.chars().count()).max().unwrap_or_default().clamp(20, 32) + 2,
        }
    }
}

fn write_change(
    out: &mut dyn io::Write,
    change: &Change,
    held: Option<&Held>,
    columns: &Columns,
    style: Style,
) -> io::Result<()> {
    let (sign, color) = style::of_action(change.action);
    let (bold, dim, yellow) = (style::BOLD, style::DIM, style::YELLOW);
    let address = rows::shown(&change.address);
    match held {
        Some(_) => write!(out, "{yellow}?{yellow:#} ")?,
        None => write!(out, "  ")?,
    }
    write!(out, "{color}{sign}{color:#} {bold}{address}{bold:#}")?;
    if let Some(place) = &change.place {
        let used = sign.len() + 1 + address.chars().count();
        let gap = columns.place.saturating_sub(used).max(2);
        write!(out, "{:gap$}{dim}{}{dim:#}", "", text::line(&place.to_string()))?;
    }
    writeln!(out)?;
    if let Some(held) = held {
        writeln!(out, "{INDENT}{yellow}held back:{yellow:#} {}", text::line(&held.to_string()))?;
    }
    if !change.reason.is_empty() && !OBVIOUS.contains(&change.reason.as_str()) {
        writeln!(out, "{INDENT}{dim}reason:{dim:#} {}", text::line(&change.reason))?;
    }
    match style {
        Style::Unified => unified::write(out, change),
        Style::Totals => Ok(()),
        // The fields of deleted objects are in the JSON; here they would be noise.
        Style::Fields if change.action == Action::Delete => Ok(()),
        Style::Fields => {
            rows::rows(change).iter().try_for_each(|row| write_row(out, change.action, row, columns.value))
        }
    }
}

fn write_row(out: &mut dyn io::Write, action: Action, row: &Row<'_>, column: usize) -> io::Result<()> {
    let (red, green, dim) = (style::RED, style::GREEN, style::DIM);
    let gap = column.saturating_sub(row.name.chars().count()).max(2);
    write!(out, "{INDENT}{}{:gap$}", row.name, "")?;
    let unset = || "not set".to_owned();
    match (&row.before, &row.after) {
        (None, Some(Cell::Words(words))) => return writeln!(out, "{words}"),
        (None, Some(after)) if action == Action::Create => return writeln!(out, "{after}"),
        (Some(Cell::Value(Value::Set(before))), Some(Cell::Value(Value::Set(after))))
            if row_width(column, row) > WIDTH =>
        {
            let gone = before.difference(after).map(|item| ('-', red, item));
            let new = after.difference(before).map(|item| ('+', green, item));
            for (sign, color, item) in gone.chain(new) {
                writeln!(out, "{color}{sign} {}{color:#}", Value::Text(item.clone()))?;
                write!(out, "{INDENT}{:column$}", "")?;
            }
            return writeln!(out, "{dim}{} unchanged{dim:#}", before.intersection(after).count());
        }
        _ => {}
    }
    let [before, after] = row.sides().map(|side| side.unwrap_or_else(unset));
    write!(out, "{red}{before}{red:#}")?;
    if row_width(column, row) > WIDTH {
        write!(out, "\n{INDENT}{:back$}", "", back = column - 2)?;
    } else {
        write!(out, " ")?;
    }
    writeln!(out, "{dim}→{dim:#} {green}{after}{green:#}")
}

fn row_width(column: usize, row: &Row<'_>) -> usize {
    let width = |cell: &Option<Cell<'_>>| cell.as_ref().map_or(7, |cell| cell.to_string().chars().count());
    INDENT.len() + column + width(&row.before) + 3 + width(&row.after)
}

/// The consents of the settings that this plan uses.
fn write_consents(out: &mut dyn io::Write, plan: &Plan) -> io::Result<()> {
    if plan.consents.is_empty() {
        return Ok(());
    }
    let (bold, dim) = (style::BOLD, style::DIM);
    writeln!(out, "{bold}Allowed by the settings:{bold:#}\n")?;
    for Consent { allow, why, until } in &plan.consents {
        writeln!(out, "  {}  {dim}until {}: {}{dim:#}", text::line(allow), text::line(until), text::line(why))?;
    }
    writeln!(out)
}

fn write_kept(out: &mut dyn io::Write, kept: &[&Kept]) -> io::Result<()> {
    if kept.is_empty() {
        return Ok(());
    }
    let (bold, dim) = (style::BOLD, style::DIM);
    writeln!(out, "{bold}Kept as they are:{bold:#}\n")?;
    let groups: Vec<(String, &[&Kept])> =
        kept.chunk_by(|one, other| is_one_line(one, other)).map(|group| (kept_name(group), group)).collect();
    let widest = groups.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default().min(48);
    for (name, group) in &groups {
        write!(out, "  {name:<widest$}  {dim}")?;
        if group.len() > 1 {
            write!(out, "{}: ", text::count(group.len(), "key"))?;
        }
        writeln!(out, "{}{dim:#}", text::line(&group[0].why))?;
    }
    writeln!(out)
}

/// Whether two keys of one application and package, which no manifest declares, are kept for one reason. An application may
/// have hundreds of them.
fn is_one_line(one: &Kept, other: &Kept) -> bool {
    let slot = one.address.slot_in_store();
    slot.is_some() && slot == other.address.slot_in_store() && one.why == other.why
}

fn kept_name(group: &[&Kept]) -> String {
    match group {
        [one] => rows::shown(&one.address),
        _ => format!("key/{}", text::line(group[0].address.slot_in_store().unwrap_or_default())),
    }
}

fn write_summary(out: &mut dyn io::Write, plan: &Plan, kept: usize) -> io::Result<()> {
    let (bold, dim) = (style::BOLD, style::DIM);
    let unchanged: usize = plan.unchanged.values().sum();
    let left_alone: usize = plan.left_alone.values().sum();
    if plan.is_empty() {
        let objects = match unchanged {
            0 if plan.kept.is_empty() => "no object changes".to_owned(),
            0 => "all other objects match".to_owned(),
            1 => "1 object is as declared".to_owned(),
            _ => format!("{unchanged} objects are as declared"),
        };
        writeln!(out, "{bold}Nothing to do:{bold:#} {objects}.")?;
        if left_alone > 0 {
            writeln!(out, "{dim}Left alone (not owned): {}.{dim:#}", by_kind(&plan.left_alone))?;
        }
        return Ok(());
    }
    write!(out, "{bold}Plan:{bold:#} ")?;
    let mut comma = "";
    for action in Action::ALL {
        let count = plan.count(action);
        if count > 0 {
            let (_, color) = style::of_action(action);
            write!(out, "{comma}{color}{count} to {action}{color:#}")?;
            comma = ", ";
        }
    }
    if comma.is_empty() {
        write!(out, "nothing to apply")?;
    }
    if !plan.held.is_empty() {
        let yellow = style::YELLOW;
        write!(out, " {dim}·{dim:#} {yellow}{} held back{yellow:#}", plan.held.len())?;
    }
    let rest = [(unchanged, "unchanged"), (kept, "kept"), (left_alone, "left alone (not owned)")];
    for (count, words) in rest.into_iter().filter(|(count, _)| *count > 0) {
        write!(out, " {dim}· {count} {words}{dim:#}")?;
    }
    writeln!(out)
}

fn by_kind(counts: &BTreeMap<Kind, usize>) -> String {
    let counts = counts.iter().filter(|(_, count)| **count > 0);
    counts.map(|(kind, count)| rows::counted(*kind, *count)).collect::<Vec<_>>().join(", ")
}
