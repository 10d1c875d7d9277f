//! What is at the places of delivery.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use super::snapshot::Snapshot;
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
use crate::model::LiveId;
use crate::model::LiveKey;
use crate::model::LiveObject;
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

/// Hides the values and shared secrets of keys from what sinks say: of all that the manifests declare or the plan changes, of older
/// generations beside them, and of those that are known by their receipts.
pub(super) fn hide(sinks: &Sinks, planned: &Planned, snapshot: &Snapshot, remembered: &Remembered) {
    let changed = planned.plan.changes.iter().filter_map(|change| change.target.live.as_ref()?.id());
    let ids: BTreeSet<&LiveId> = planned.declared.iter().map(|sighting| &sighting.id).chain(changed).collect();
    let received: BTreeSet<&Fingerprint> = remembered.receipts.places.values().map(|receipt| &receipt.value).collect();
    let has_receipt = |secret| remembered.key.as_ref().is_some_and(|key| received.contains(&key.of_value(secret)));
    let keys = || snapshot.live.of(Kind::PackageKey).iter().filter_map(|live| Some((live, live.key.as_deref()?)));
    let slots: BTreeSet<_> = keys().filter(|(live, _)| ids.contains(&live.id)).map(slot).collect();
    for (live, key) in keys() {
        if slots.contains(&slot((live, key))) || key.secrets().any(has_receipt) {
            key.secrets().for_each(|secret| sinks.hide(secret));
        }
    }
    snapshot.secrets.values.values().chain(snapshot.secrets.shared.values()).for_each(|secret| sinks.hide(secret));
}

/// Generations of one key have the same application and package.
fn slot<'a>((live, key): (&'a LiveObject, &'a LiveKey)) -> (Option<&'a Address>, &'a Address) {
    (live.parent.as_ref(), &key.package)
}
