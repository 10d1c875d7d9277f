//! `keywright apply --approved FILE`: applies a new plan only if it makes the same changes as the approved one. The approved
//! plan can come from a pull request, because it is compared and never applied.

use crate::cli::Console;
use crate::cli::Exit;
use crate::cli::Failure;
use crate::cli::saved_plan::LoadedPlan;
use crate::cli::session::Prepared;
use crate::saved_plan::differences;
use crate::text::and_more;

/// Maximum number of differences in the message.
const MOST: usize = 50;

/// Refuses a plan that differs from the approved one.
pub(super) fn check(approved: &LoadedPlan, prepared: &Prepared, console: &Console<'_>) -> Result<(), Failure> {
    let found = differences(&approved.plan, &prepared.to_saved(console));
    if found.is_empty() {
        return Ok(());
    }
    let message = format!("could not apply: the new plan differs from the approved plan {}", approved.name);
    let message = format!("{message}\n  {}", and_more(&found, MOST, "\n  "));
    let help = "nothing was changed; plan again with --out, and apply after the new plan is approved";
    Err(Failure { exit: Exit::Stale, ..Failure::new(message) }.help(help))
}
