//! What is known of the places of a key: what runs recorded, and what files of this machine show.

use std::collections::BTreeMap;

use super::Input;
use super::Known;
use crate::model::Address;
use crate::model::Delivery;
use crate::model::Instant;
use crate::model::LiveKey;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::model::has_mask;
use crate::plan::Receipt;
use crate::plan::Shown;

/// A place of delivery.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    pub to: Delivery,
    /// Whether a manifest names it. `None` if they are not valid.
    pub is_declared: Option<bool>,
    /// When this value was delivered there. `None` if no delivery of it is recorded.
    pub at: Option<Instant>,
    /// When this value was delivered there, if a later run began to deliver there again and did not record that it did.
    pub in_doubt: Option<Instant>,
    /// When this value was delivered to what the settings called so before they made the sink another place.
    pub before: Option<Instant>,
    pub seen: Seen,
}

/// What a place shows on this machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seen {
    /// The file is not here, or its value cannot be read here.
    NotHere,
    Value,
    Another,
    /// The file is here, and has no value of this name.
    Nothing,
    /// Something else is there, which nothing replaces.
    Broken,
    /// The store shows the value only masked, so no file can be compared.
    Masked,
    /// The store shows no shared secret of the key.
    Absent,
}

impl Place {
    /// Whether the value is there, as far as that is known.
    pub(super) fn has_it(&self) -> bool {
        self.is_declared != Some(false) && (self.at.is_some() || self.seen == Seen::Value)
    }
}

/// The places that have the value or the shared secret of a key, as far as runs recorded it, and those that the manifest names.
pub(super) fn of(input: &Input<'_>, known: &Known<'_>, declared: Option<&Address>, live: &LiveObject) -> Vec<Place> {
    let Some(key) = &live.key else { return Vec::new() };
    let is_current = declared.is_some_and(|_| known.declared(live).is_some_and(|(_, is_current)| is_current));
    let wanted = declared.filter(|_| is_current);
    let wanted = wanted.and_then(|address| input.manifests.as_ref()?.desired.get(address)?.key.as_ref());
    let wanted: Vec<&Delivery> = wanted.iter().flat_map(|key| &key.deliver).collect();
    let fingerprints = input.remembered.key.as_ref();
    let own = |secret: &Secret| known.receipts.get(&fingerprints?.of_value(secret));
    let receipts = key.secrets().filter_map(own).flatten().map(|(to, receipt)| (*to, *receipt));
    let is_twice = |(to, receipt): &(&Delivery, &Receipt)| {
        let is_other = |other: &&&Delivery| **other != *to;
        let is_file =
            |other: &Delivery| known.named.as_ref().is_some_and(|it| it.is_file_of(to, &receipt.identity, other));
        wanted.iter().filter(is_other).any(|other| is_file(other)) && !wanted.contains(to)
    };
    let mut all: BTreeMap<&Delivery, Option<&Receipt>> = BTreeMap::new();
    all.extend(wanted.iter().map(|to| (*to, None)));
    all.extend(receipts.filter(|one| !is_twice(one)).map(|(to, receipt)| (to, Some(receipt))));
    all.into_iter().map(|(to, receipt)| place(input, known, (to, receipt), key)).collect()
}

fn place(input: &Input<'_>, known: &Known<'_>, (to, receipt): (&Delivery, Option<&Receipt>), key: &LiveKey) -> Place {
    let is_named = |receipt: &Receipt| known.named.as_ref().map(|named| named.includes(to, &receipt.identity));
    let is_exact = known.named.as_ref().map(|named| named.has(to));
    // What a removed sink received is where it was.
    let is_moved = |receipt: &Receipt| {
        let is_set = to.sink.as_ref().is_some_and(|name| input.workspace.sinks.contains_key(name));
        is_set && !input.workspace.is_place_of(to, &receipt.identity)
    };
    let at = |is_it: &dyn Fn(&Receipt) -> bool| receipt.filter(|receipt| is_it(receipt)).map(|receipt| receipt.at);
    let seen = seen(input, to, key);
    let is_doubtful = |receipt: &Receipt| receipt.is_doubtful && seen != Seen::Value;
    Place {
        to: to.clone(),
        is_declared: receipt.and_then(is_named).filter(|is_named| *is_named).or(is_exact),
        at: at(&|receipt| !is_moved(receipt) && !is_doubtful(receipt)),
        in_doubt: at(&|receipt| !is_moved(receipt) && is_doubtful(receipt)),
        before: at(&is_moved),
        seen,
    }
}

fn seen(input: &Input<'_>, to: &Delivery, key: &LiveKey) -> Seen {
    let Some(value) = key.get(to.what) else { return Seen::Absent };
    if has_mask(value.expose()) {
        return Seen::Masked;
    }
    let fingerprints = input.remembered.key.as_ref();
    let either = |is_it: bool| if is_it { Seen::Value } else { Seen::Another };
    match input.delivered.get(to) {
        None => Seen::NotHere,
        Some(Shown::Nothing) => Seen::Nothing,
        Some(Shown::Broken { .. }) => Seen::Broken,
        Some(Shown::Value(shown)) => either(*shown == value.digest()),
        Some(Shown::Fingerprint(shown)) => match fingerprints.filter(|key| key.made(shown)) {
            Some(key) => either(key.of_value(value) == *shown),
            None => Seen::NotHere,
        },
    }
}
