//! The sinks of a plan, after its confirmation.

use std::collections::BTreeSet;

use crate::cli::Exit;
use crate::cli::Failure;
use crate::cli::runtime::block_on;
use crate::cli::session::Prepared;
use crate::cli::session::Snapshot;
use crate::delivery::sinks::Reach;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveKey;
use crate::plan::Planned;
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

/// Hides the values and shared secrets of the keys that have places in sinks.
pub(super) fn hide_delivered(planned: &Planned, Snapshot { desired, live, sinks, .. }: &Snapshot) {
    let is_in_sink = |address: &Address| {
        let key = desired.get(address).and_then(|declared| declared.key.as_ref());
        key.is_some_and(|key| key.deliver.iter().any(|to| to.sink.is_some()))
    };
    let sightings = planned.declared.iter().filter(|sighting| is_in_sink(&sighting.address));
    let ids: BTreeSet<&LiveId> = sightings.map(|sighting| &sighting.id).collect();
    let keys = live.of(Kind::PackageKey).iter().filter(|live| ids.contains(&live.id));
    keys.filter_map(|live| live.key.as_deref()).flat_map(LiveKey::secrets).for_each(|secret| sinks.hide(secret));
}
