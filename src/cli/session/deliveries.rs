//! What is at the places of delivery.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::Failure;
use crate::cli::heartbeat;
use crate::cli::runtime::block_on;
use crate::delivery;
use crate::delivery::sinks::Reach;
use crate::delivery::sinks::Sinks;
use crate::model::Address;
use crate::model::Delivery;
use crate::model::Desired;
use crate::model::Fingerprint;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::plan::Planned;
use crate::plan::Receipts;
use crate::plan::Remembered;
use crate::plan::Shown;

/// What files and sinks show at the places of keys.
pub(super) fn delivered(
    sinks: &Sinks,
    desired: &Desired,
    receipts: &Receipts,
    root: &Path,
    reach: Reach,
) -> Result<BTreeMap<Delivery, Shown>, Failure> {
    let mut shown = delivery::delivered(desired, receipts, root);
    let keys = desired.of(Kind::PackageKey).chain(desired.removals()).filter_map(|key| key.key.as_ref());
    let work = sinks.look(keys.flat_map(|key| &key.deliver), receipts, reach);
    shown.extend(block_on(heartbeat::reading(work))?);
    Ok(shown)
}

/// What sinks show right before values are written to them, or why they take none.
pub(super) fn probes(
    sinks: &Sinks,
    places: &BTreeSet<Delivery>,
    receipts: &Receipts,
) -> Result<BTreeMap<Delivery, Shown>, Failure> {
    block_on(heartbeat::reading(sinks.look(places.iter(), receipts, Reach::Writes)))
}

/// Hides the values and shared secrets of the keys that have places in sinks from what sinks say. Those of keys that this run does
/// not declare are known by their receipts.
pub(super) fn hide(sinks: &Sinks, planned: &Planned, (desired, live): (&Desired, &Live), remembered: &Remembered) {
    let is_in_sink = |address: &Address| {
        let key = desired.get(address).and_then(|declared| declared.key.as_ref());
        key.is_some_and(|key| key.deliver.iter().any(|to| to.sink.is_some()))
    };
    let sightings = planned.declared.iter().filter(|sighting| is_in_sink(&sighting.address));
    let ids: BTreeSet<&LiveId> = sightings.map(|sighting| &sighting.id).collect();
    let received = remembered.receipts.places.iter().filter(|(to, _)| to.sink.is_some());
    let received: BTreeSet<&Fingerprint> = received.map(|(_, receipt)| &receipt.value).collect();
    let has_receipt = |secret| remembered.key.as_ref().is_some_and(|key| received.contains(&key.of_value(secret)));
    for (live, key) in live.of(Kind::PackageKey).iter().filter_map(|live| Some((live, live.key.as_deref()?))) {
        if ids.contains(&live.id) || key.secrets().any(has_receipt) {
            key.secrets().for_each(|secret| sinks.hide(secret));
        }
    }
}
