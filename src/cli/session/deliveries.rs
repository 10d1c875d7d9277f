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
use crate::model::Delivery;
use crate::model::Desired;
use crate::model::Kind;
use crate::plan::Receipts;
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
