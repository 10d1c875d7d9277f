//! The exit code of an apply.

use crate::cli::Exit;
use crate::diagnostic::has_errors;
use crate::outcome::ChangeResult;
use crate::outcome::Outcome;
use crate::plan::Planned;

/// What was left out counts as not done. `is_over` if the run ended at its `--max-time`.
pub(super) fn exit(outcome: &Outcome, planned: &Planned, is_over: bool) -> Exit {
    let exit = match of_changes(outcome, is_over) {
        // What `rotate` refuses is not a change of the plan.
        Exit::Done if has_errors(&planned.asked) => Exit::Stopped,
        exit => exit,
    };
    if !has_errors(&planned.held) {
        return exit;
    }
    let is_any_made = outcome.results.iter().any(ChangeResult::is_in_store);
    match exit {
        Exit::Done | Exit::Stopped if !is_any_made => Exit::Invalid,
        Exit::Done | Exit::Stopped | Exit::Differs | Exit::Stale if is_any_made => Exit::Partly,
        exit => exit,
    }
}

fn of_changes(outcome: &Outcome, is_over: bool) -> Exit {
    let held = outcome.count("held");
    let undone = outcome.results.len() - outcome.count("done") - held;
    let differs = outcome.count("altered") + outcome.count("unverified");
    match undone {
        0 if held > 0 => Exit::Stopped,
        0 => Exit::Done,
        _ if outcome.count("skipped") > 0 && !is_over => Exit::Interrupted,
        _ if differs == undone && held > 0 => Exit::Stopped,
        _ if differs == undone => Exit::Differs,
        _ if outcome.count("stale") + outcome.count("blocked") == undone && outcome.count("stale") > 0 => Exit::Stale,
        _ if outcome.results.iter().any(ChangeResult::is_in_store) => Exit::Partly,
        // Exit 8 says that nothing changed.
        _ if is_over && outcome.results.iter().any(ChangeResult::may_be_in_store) => Exit::Partly,
        _ if is_over => Exit::OverBudget,
        _ => Exit::Error,
    }
}
