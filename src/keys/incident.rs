//! Keys that leaked: which keys have a value, and what depends on each of them.

use std::cmp::Reverse;

use super::Input;
use super::Key;
use super::State;
use super::some;
use super::state;
use crate::model::Address;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::plan::Sighting;
use crate::plan::known::Known;

/// A key that leaked, and what its owners need to know before it is disabled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Affected {
    pub key: Key,
    /// The address of the manifest that declares it, also as an older generation.
    pub declared: Option<Address>,
    /// The address that the database knows it by, for manifests that are not valid.
    pub known_as: Option<Box<str>>,
    /// Whether its manifest, or the one that the database knows, protects it.
    pub is_protected: bool,
    /// The other working keys of its application and package, in which callers may find a successor.
    pub beside: Vec<Address>,
    /// The application that has no other working key.
    pub last_of: Option<Address>,
}

/// The keys whose value is one of these. The values are compared in constant time. The id of an API key may be its value.
pub fn holders<'a>(live: &'a Live, values: &[Secret]) -> Vec<&'a LiveObject> {
    let is_one = |text: &Secret| values.iter().filter(|value| *value == text).count() > 0;
    let has_it = |live: &&LiveObject| match &live.key {
        Some(key) => is_one(&key.value),
        None => is_one(&Secret::new(live.id.expose())),
    };
    all(live).filter(has_it).collect()
}

/// The keys that an address means: a declared one, those in the store, or one that the database knows.
pub fn with_address<'a>(input: &Input<'a>, address: &str) -> Vec<&'a LiveObject> {
    // The current generation comes first.
    let current = declared(input).iter().find(|sighting| sighting.address.to_string() == address);
    let is_it =
        |live: &&LiveObject| current.is_some_and(|current| is_of(current, live)) || live.address.to_string() == address;
    let found: Vec<&LiveObject> = all(input.live).filter(is_it).collect();
    if !found.is_empty() || input.manifests.is_some() {
        return found;
    }
    let is_known = |live: &&LiveObject| known(input, live).is_some_and(|known| *known.address == *address);
    // The newest generation is the current one.
    let newest = all(input.live).filter(is_known).min_by_key(|live| Reverse(live.created));
    newest.into_iter().collect()
}

/// What depends on keys, in the same order.
pub fn affected(input: &Input<'_>, keys: &[&LiveObject]) -> Vec<Affected> {
    some(input, keys).into_iter().zip(keys).map(|(key, live)| of(input, key, live)).collect()
}

fn of(input: &Input<'_>, key: Key, live: &LiveObject) -> Affected {
    let declared = declared(input).iter().find(|sighting| is_of(sighting, live));
    let declared = declared.map(|sighting| sighting.address.clone());
    let manifest = declared.as_ref().and_then(|address| input.manifests.as_ref()?.desired.get(address));
    let known = known(input, live);
    let of_application = |other: &&LiveObject| {
        live.parent.is_some()
            && other.parent == live.parent
            && other.id != live.id
            && state(other, input.now) == State::Active
    };
    let others: Vec<&LiveObject> = input.live.of(Kind::PackageKey).iter().filter(of_application).collect();
    let package = |key: &LiveObject| key.key.as_ref().map(|key| key.package_id.clone());
    let beside = others.iter().filter(|other| package(other) == package(live));
    let beside = beside.map(|other| current(input, other).unwrap_or(&other.address).clone());
    Affected {
        is_protected: manifest.map_or_else(|| known.is_some_and(|known| known.protect), |manifest| manifest.protect),
        known_as: known.map(|known| known.address.clone()).filter(|_| input.manifests.is_none()),
        declared,
        beside: beside.collect(),
        last_of: live.parent.clone().filter(|_| others.is_empty() && key.state == State::Active),
        key,
    }
}

fn declared<'a>(input: &Input<'a>) -> &'a [Sighting] {
    input.manifests.as_ref().map_or(&[], |manifests| manifests.declared)
}

/// The address of the manifest whose current generation a key is.
fn current<'a>(input: &Input<'a>, live: &LiveObject) -> Option<&'a Address> {
    let address = declared(input).iter().find(|sighting| is_of(sighting, live)).map(|sighting| &sighting.address)?;
    // The current generation comes first.
    let first = declared(input).iter().find(|sighting| sighting.address == *address);
    first.filter(|sighting| is_of(sighting, live)).map(|sighting| &sighting.address)
}

fn is_of(sighting: &Sighting, live: &LiveObject) -> bool {
    sighting.kind() == live.address.kind() && sighting.id == live.id
}

fn known<'a>(input: &Input<'a>, live: &LiveObject) -> Option<&'a Known> {
    let key = input.remembered.key.as_ref();
    input.remembered.objects.of(live, key).filter(|known| known.fits(live, key))
}

fn all(live: &Live) -> impl Iterator<Item = &LiveObject> {
    [Kind::PackageKey, Kind::ApiKey].into_iter().flat_map(|kind| live.of(kind))
}
