//! A saved plan that was applied before. A pipeline may repeat a job whose result it did not get; applying the plan once more
//! would report every object as changed, or bring back what a later run has deleted. What the first try could not verify is
//! compared now.

use super::form::Form;
use crate::cli::Console;
use crate::cli::Exit;
use crate::cli::Failure;
use crate::cli::arguments::Planning;
use crate::cli::saved_plan::LoadedPlan;
use crate::cli::session::Snapshot;
use crate::cli::session::database;
use crate::database::journal;
use crate::database::journal::AppliedPlan;
use crate::diagnostic::Sources;
use crate::outcome::ChangeResult;
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::render;
use crate::store::Refusal;

/// If an earlier run applied the whole plan, as far as the journal knows: verifies what that run could not, and reports it.
pub(super) fn repeat(
    snapshot: &mut Snapshot,
    saved: &LoadedPlan,
    planning: &Planning,
    form: Form,
    console: &mut Console<'_>,
) -> Result<Option<Exit>, Failure> {
    let checksum = saved.plan.checksum();
    let Some(mut applied) = applied_in(snapshot, &checksum)? else { return Ok(None) };
    if !applied.unverified.is_empty() {
        snapshot.verify(planning, console)?;
        // Another run cannot have changed it: this one holds the lock.
        applied = applied_in(snapshot, &checksum)?.unwrap_or(applied);
    }
    let exit = if applied.unverified.is_empty() { Exit::Done } else { Exit::Differs };
    print(form, saved, &applied, console)?;
    Ok(Some(exit))
}

fn applied_in(snapshot: &Snapshot, checksum: &str) -> Result<Option<AppliedPlan>, Failure> {
    let Some(database) = database::open_for_reading(&snapshot.location)? else { return Ok(None) };
    journal::applied_in(&database, checksum).map_err(|error| Failure::of_database(&error))
}

/// Reports that there is nothing to do, or what is still unverified.
fn print(form: Form, saved: &LoadedPlan, applied: &AppliedPlan, console: &mut Console<'_>) -> Result<(), Failure> {
    let is_verified = applied.unverified.is_empty();
    let (empty, nothing) = (Plan::default(), Sources::default());
    let plan = if is_verified { &empty } else { &saved.plan.plan };
    let result = |index| {
        if applied.unverified.contains(&index) {
            ChangeResult::Unverified(unverified(applied.run))
        } else {
            ChangeResult::Done
        }
    };
    let results: Vec<ChangeResult> = (0..plan.changes.len()).map(result).collect();
    let outcome = Outcome { results, applied_in: Some(applied.run), ..Outcome::default() };
    match form {
        Form::Text => {
            render::text::applied_before(console.out, &saved.name, applied.run)?;
            if !is_verified {
                let total = plan.changes.len();
                for &index in &applied.unverified {
                    let Some((change, result)) = plan.changes.get(index).zip(outcome.results.get(index)) else {
                        continue;
                    };
                    render::text::progress(console.out, (index, total), change, result, &[])?;
                }
                render::text::outcome(console.out, plan, &outcome)?;
            }
        }
        Form::Json => render::json::outcome(console.out, plan, &outcome, (&[], &nothing), None)?,
        Form::JsonStream => {
            render::json::apply_began(console.out, 0)?;
            render::json::apply_ended(console.out, &outcome, (&[], &nothing))?;
        }
    }
    Ok(())
}

fn unverified(run: i64) -> Refusal {
    let reason = format!("the manifests and the store still differ since run {run}, or could not be compared");
    Refusal::unavailable(reason).help("see the differences with `keywright plan`, and apply the manifests")
}
