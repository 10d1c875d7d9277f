//! A saved plan that was applied before. A pipeline may repeat a job whose result it did not get; applying the plan once more
//! would report every object as changed, or bring back what a later run has deleted.

use super::form::Form;
use crate::cli::Console;
use crate::cli::Failure;
use crate::cli::session::Snapshot;
use crate::cli::session::database;
use crate::database::journal;
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::render;

/// The run that applied the whole plan with this checksum, as far as the journal knows.
pub(super) fn applied_in(snapshot: &Snapshot, checksum: &str) -> Result<Option<i64>, Failure> {
    let Some(database) = database::open_for_reading(&snapshot.location)? else { return Ok(None) };
    journal::applied_in(&database, checksum).map_err(|error| Failure::of_database(&error))
}

/// Reports that there is nothing to do.
pub(super) fn print(form: Form, name: &str, run: i64, console: &mut Console<'_>) -> Result<(), Failure> {
    let outcome = Outcome { applied_in: Some(run), ..Outcome::default() };
    match form {
        Form::Text => render::text::applied_before(console.out, name, run)?,
        Form::Json => render::json::outcome(console.out, &Plan::default(), &outcome)?,
        Form::JsonStream => {
            render::json::apply_began(console.out, 0)?;
            render::json::apply_ended(console.out, &outcome)?;
        }
    }
    Ok(())
}
