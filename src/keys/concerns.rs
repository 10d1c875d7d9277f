//! What a person should know or change about a key.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Concern;
use super::Input;
use super::Known;
use super::Manifests;
use super::Place;
use super::State;
use super::state;
use crate::model::Address;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::has_mask;

/// The active package keys of each application and package: the declared address that a key is a generation of, or its own.
pub(super) struct Slots<'a> {
    slots: BTreeMap<(&'a LiveId, &'a LiveId), BTreeSet<&'a Address>>,
    /// The users who are not active.
    off: BTreeSet<&'a Address>,
}

impl<'a> Slots<'a> {
    pub(super) fn of(live: &'a Live, known: &Known<'a>, now: Instant) -> Self {
        let mut slots: BTreeMap<_, BTreeSet<&Address>> = BTreeMap::new();
        for key in live.of(Kind::PackageKey).iter().filter(|key| state(key, now) == State::Active) {
            if let Some(slot) = slot(key) {
                let address = known.declared(key).map_or(&key.address, |(address, _)| address);
                slots.entry(slot).or_default().insert(address);
            }
        }
        let is_off = |user: &&LiveObject| user.attributes.text("status").is_some_and(|status| status != "active");
        Self { slots, off: live.of(Kind::User).iter().filter(is_off).map(|user| &user.address).collect() }
    }

    fn has_several(&self, key: &LiveObject) -> bool {
        slot(key).and_then(|slot| self.slots.get(&slot)).is_some_and(|keys| keys.len() > 1)
    }

    fn is_owner_off(&self, key: &LiveObject) -> bool {
        key.parent.as_ref().is_some_and(|application| self.off.contains(&Address::user(&application.first_name())))
    }
}

fn slot(key: &LiveObject) -> Option<(&LiveId, &LiveId)> {
    Some((key.parent_id.as_ref()?, &key.key.as_ref()?.package_id))
}

/// `found` is the declared address, and whether the key is the current generation.
pub(super) fn of(
    input: &Input<'_>,
    slots: &Slots<'_>,
    live: &LiveObject,
    found: Option<(&Address, bool)>,
    (state, places): (State, &[Place]),
) -> BTreeSet<Concern> {
    let works = state == State::Active;
    let declared = found.and_then(|(address, _)| input.manifests.as_ref()?.desired.get(address)?.key.as_ref());
    let is_rotated = declared.is_some_and(|key| key.rotation.is_some());
    let is_current = found.is_some_and(|(_, is_current)| is_current);
    let of_value = |place: &&Place| !place.to.is_secret();
    // Of a value that the store masks, nothing is known.
    let is_masked = live.key.as_ref().is_some_and(|key| has_mask(key.value.expose()));
    let has_places = places.iter().any(|place| place.is_declared != Some(false));
    let is_nowhere = is_current && !is_masked && has_places && !places.iter().filter(of_value).any(Place::has_it);
    // Only manifests say what is rotated. An API key never is.
    let knows_rotation = input.manifests.is_some() || live.address.kind() == Kind::ApiKey;
    let has_end = super::events::end(live).is_some();
    // One name of several keys is no match, but it is declared.
    let is_declared = |manifests: &Manifests<'_>| manifests.desired.get(&live.address).is_some();
    let is_named =
        live.address.kind() == Kind::ApiKey && found.is_none() && input.manifests.as_ref().is_some_and(is_declared);
    let all = [
        (knows_rotation && works && !has_end && !is_rotated, Concern::NeverExpires),
        (input.manifests.is_some() && found.is_none() && !is_named, Concern::Undeclared),
        (works && is_nowhere, Concern::DeliveredNowhere),
        (knows_rotation && works && !is_rotated && slots.has_several(live), Concern::SeveralActive),
        (works && slots.is_owner_off(live), Concern::OwnerOff),
        (is_named, Concern::SameName),
    ];
    all.into_iter().filter(|(is_true, _)| *is_true).map(|(_, concern)| concern).collect()
}
