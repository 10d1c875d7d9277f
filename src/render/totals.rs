//! A plan as numbers: how many objects of each kind it creates, changes and removes.

use std::io;

use anstyle::Style;

use super::style;
use crate::model::Kind;
use crate::plan::Action;
use crate::plan::Plan;

/// The width of a number's column; the longest action is `replace`.
const COLUMN: usize = 9;

/// The last column, of the changes that are not made.
const HELD: &str = "held back";
const HELD_COLUMN: usize = HELD.len() + 2;

/// Writes a table with a row for each kind and a column for each action of the plan.
pub(super) fn write(out: &mut dyn io::Write, plan: &Plan) -> io::Result<()> {
    let actions: Vec<Action> = Action::ALL.into_iter().filter(|action| plan.count(*action) > 0).collect();
    let (dim, yellow) = (style::DIM, style::YELLOW);
    write!(out, "  {:14}", "")?;
    for action in &actions {
        write!(out, "{dim}{:>COLUMN$}{dim:#}", action.to_string())?;
    }
    if !plan.held.is_empty() {
        write!(out, "{yellow}{HELD:>HELD_COLUMN$}{yellow:#}")?;
    }
    writeln!(out)?;
    for kind in Kind::ALL {
        let count = |action: Action| {
            plan.unheld().filter(|change| change.address.kind() == kind && change.action == action).count()
        };
        let held = plan.held.keys().filter_map(|index| plan.changes.get(*index));
        let held = held.filter(|change| change.address.kind() == kind).count();
        if held == 0 && actions.iter().all(|action| count(*action) == 0) {
            continue;
        }
        write!(out, "  {:14}", kind.name())?;
        for action in &actions {
            let (_, color) = style::of_action(*action);
            cell(out, count(*action), COLUMN, color)?;
        }
        if !plan.held.is_empty() {
            cell(out, held, HELD_COLUMN, yellow)?;
        }
        writeln!(out)?;
    }
    writeln!(out)
}

fn cell(out: &mut dyn io::Write, count: usize, width: usize, color: Style) -> io::Result<()> {
    match count {
        0 => write!(out, "{:>width$}", ""),
        count => write!(out, "{color}{count:>width$}{color:#}"),
    }
}
