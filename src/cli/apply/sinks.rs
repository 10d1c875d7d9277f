//! The sinks of a plan, after its confirmation.

use crate::cli::Exit;
use crate::cli::Failure;
use crate::cli::runtime::block_on;
use crate::cli::session::Prepared;
use crate::delivery::sinks::Reach;
use crate::plan::Shown;

/// Looks once more whether the sinks of the plan take values, because the answer may have come hours after the first look. A run
/// that asks nothing looks once, when it plans. A new key whose value cannot be delivered would be of no use.
pub(super) fn refuse_broken_sinks(prepared: &Prepared) -> Result<(), Failure> {
    let Prepared { snapshot, planned, remembered, .. } = prepared;
    let shown = block_on(snapshot.sinks.look(planned.sinks(), &remembered.receipts, Reach::Writes))?;
    let broken = shown.into_iter().find_map(|(to, shown)| match shown {
        Shown::Broken { why, help } => Some((to, why, help)),
        _ => None,
    });
    let Some((to, why, help)) = broken else { return Ok(()) };
    let message = format!("could not begin: {} cannot be delivered to {}: {why}", to.variable, to.place());
    Err(Failure { exit: Exit::Invalid, ..Failure::new(message) }.help(help))
}
