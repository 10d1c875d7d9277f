//! A plan as numbers: how many objects of each kind it creates, changes and removes.

use std::io;

use super::style;
use crate::model::Kind;
use crate::plan::Action;
use crate::plan::Plan;

/// The width of a number's column; the longest action is `replace`.
const COLUMN: usize = 9;

/// Writes a table with a row for each kind and a column for each action of the plan.
pub(super) fn write(out: &mut dyn io::Write, plan: &Plan) -> io::Result<()> {
    let actions: Vec<Action> = Action::ALL.into_iter().filter(|action| plan.count(*action) > 0).collect();
    let dim = style::DIM;
    write!(out, "  {:14}", "")?;
    for action in &actions {
        write!(out, "{dim}{:>COLUMN$}{dim:#}", action.to_string())?;
    }
    writeln!(out)?;
    for kind in Kind::ALL {
        let count = |action: Action| {
            plan.changes.iter().filter(|change| change.address.kind() == kind && change.action == action).count()
        };
        if actions.iter().all(|action| count(*action) == 0) {
            continue;
        }
        write!(out, "  {:14}", kind.name())?;
        for action in &actions {
            let (_, color) = style::of_action(*action);
            match count(*action) {
                0 => write!(out, "{:>COLUMN$}", "")?,
                count => write!(out, "{color}{count:>COLUMN$}{color:#}")?,
            }
        }
        writeln!(out)?;
    }
    writeln!(out)
}
