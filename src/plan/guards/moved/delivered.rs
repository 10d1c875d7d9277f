//! What stands at the places to which a new key would be delivered. A value that lives shows, whatever the manifests are
//! called, that its readers use another key: probably the same one with another name, or of another application.

use std::collections::BTreeMap;

use super::Stray;
use super::Strays;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Delivery;
use crate::model::Digest;
use crate::model::Fingerprint;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::Shown;
use crate::plan::consent::is_allowed;
use crate::plan::demand::Demand;
use crate::plan::option::option;
use crate::plan::removal::Removals;
use crate::plan::strangers::is_known_as;
use crate::rotation;
use crate::rules;

/// How a place shows that it has the value of a key.
#[derive(Clone, Copy)]
enum Sign {
    /// The file has it.
    File,
    /// The file is not on this machine, and the database recorded it.
    Receipt,
}

impl Sign {
    const fn verb(self) -> &'static str {
        match self {
            Self::File => "has",
            Self::Receipt => "last received",
        }
    }
}

/// The living keys whose values are at places of delivery.
pub(super) struct InPlace<'c>(BTreeMap<&'c Delivery, (&'c LiveObject, Sign)>);

impl<'c> InPlace<'c> {
    pub(super) fn of(places: impl Iterator<Item = &'c Delivery>, context: &Context<'c>) -> Self {
        let (mut files, mut receipts) = (Vec::new(), Vec::new());
        for place in places {
            match context.delivered.get(place) {
                Some(Shown::Value(digest)) => files.push((place, *digest)),
                Some(Shown::Fingerprint(shown)) => receipts.push((place, shown)),
                Some(Shown::Nothing | Shown::Broken { .. }) => {}
                None => {
                    let receipt = context.remembered.receipts.places.get(place);
                    receipts.extend(receipt.map(|receipt| (place, &receipt.value)));
                }
            }
        }
        let mut found = BTreeMap::new();
        if !files.is_empty() {
            let keys: BTreeMap<Digest, &LiveObject> = living(context, Secret::digest).collect();
            let here = files.into_iter().filter_map(|(place, value)| Some((place, (*keys.get(&value)?, Sign::File))));
            found.extend(here);
        }
        if let Some(key) = context.remembered.key.as_ref().filter(|_| !receipts.is_empty()) {
            let keys: BTreeMap<Fingerprint, &LiveObject> = living(context, |value| key.of_value(value)).collect();
            let elsewhere = receipts.into_iter();
            found.extend(elsewhere.filter_map(|(place, value)| Some((place, (*keys.get(value)?, Sign::Receipt)))));
        }
        Self(found)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn at_place_of(&self, declared: &'c Declared) -> Option<(&'c Delivery, &'c LiveObject, Sign)> {
        let mut places = declared.key.as_ref()?.deliver.iter();
        places.find_map(|place| self.0.get(place).map(|(live, sign)| (place, *live, *sign)))
    }
}

/// Whether calls with a key may succeed, now or when it is approved.
pub(super) fn lives(live: &LiveObject, context: &Context<'_>) -> bool {
    rotation::lives(live, context.now)
}

/// The keys with which calls may succeed, by something of their values and shared secrets.
fn living<'c, T>(context: &Context<'c>, by: impl Fn(&Secret) -> T) -> impl Iterator<Item = (T, &'c LiveObject)> {
    let keys = context.live.of(Kind::PackageKey).iter().filter(|live| lives(live, context));
    let all = keys.flat_map(|live| live.key.iter().flat_map(|key| key.secrets()).map(move |secret| (secret, live)));
    all.map(move |(secret, live)| (by(secret), live))
}

impl<'c> Strays<'_, 'c> {
    /// A key without a manifest whose value is at a place of a declared one.
    pub(super) fn stray_in_its_place(&self, declared: &'c Declared) -> Option<&'c LiveObject> {
        let (_, live, _) = self.in_place.at_place_of(declared)?;
        (self.index.has_key(live) && self.removals.going(live).is_none()).then_some(live)
    }

    /// KW-134: a key whose value the new one would replace where it is read.
    pub(super) fn in_its_place(&self, declared: &'c Declared) -> Option<Stray> {
        let (place, live, sign) = self.in_place.at_place_of(declared)?;
        // The consent to delete the key of the same manifest covers the new one.
        if is_known_as(live, declared, self.context) && is_allowed(&live.address, self.context) {
            return None;
        }
        let root = self.removals.going(live).map(|going| &going.root.address);
        if root.is_some_and(|root| is_allowed(root, self.context)) {
            return None;
        }
        let other = self.owners.find(live);
        let (whose, has) = (whose(other, root), sign.verb());
        let message = format!(
            "{} would be created, but {} in {} {has} the value of {}{whose}, and that is in use",
            declared.address,
            place.variable,
            place.place(),
            live.address
        );
        let finding = Stray::new(&rules::KW_134, message, self.same_value(declared, live, other, root));
        Some(match root {
            Some(root) => finding.that_goes_with(root),
            None => finding,
        })
    }

    /// The same key.
    pub(super) fn in_its_place_of(&self, declared: &'c Declared) -> Option<&'c LiveObject> {
        self.in_its_place(declared)?;
        self.in_place.at_place_of(declared).map(|(_, live, _)| live)
    }

    fn same_value(
        &self,
        declared: &Declared,
        live: &LiveObject,
        other: Option<&Address>,
        root: Option<&Address>,
    ) -> String {
        if other.is_some() {
            return "if its readers still use that key, deliver the new one to another place".to_owned();
        }
        let id = crate::text::line(live.id.expose());
        let stays = root.map_or_else(String::new, |root| format!("take out `removed: true` of {root}, and "));
        let place = self.place_of(live);
        let there = match place {
            Some((application, package)) if !self.is_in_declared_place(live, declared) => {
                format!(" in {application} and {package}")
            }
            _ => String::new(),
        };
        format!("if it is the same key, {stays}declare it{there} with `key: {{existing: {id}}}`")
    }
}

/// The manifests that declare keys, by the ids of the keys.
pub(super) struct Owners<'a>(BTreeMap<&'a LiveId, &'a Address>);

impl<'a> Owners<'a> {
    pub(super) fn of(matching: &'a Matching<'_>) -> Self {
        let keys = matching.found.of(Kind::PackageKey);
        // The first manifest of a key stays.
        let all = keys.rev().flat_map(|(address, found)| {
            std::iter::once(found.live).chain(found.older.iter().copied()).map(move |live| (&live.id, address))
        });
        Self(all.collect())
    }

    pub(super) fn find(&self, live: &LiveObject) -> Option<&'a Address> {
        self.0.get(&live.id).copied()
    }
}

fn whose(other: Option<&Address>, root: Option<&Address>) -> String {
    match (other, root) {
        (Some(other), _) => format!(", the key of {other}"),
        (None, Some(root)) => format!(", which goes with {root}"),
        (None, None) => String::new(),
    }
}

/// KW-134: a place with the value of another key that is in use, where a key of the store or its successor is delivered.
pub(super) fn overwritten<'c>(
    changes: &[&(usize, &Change)],
    removals: &Removals<'c>,
    context: &Context<'c>,
    matching: &Matching<'c>,
) -> Vec<Demand> {
    let write = |(index, change): &&(usize, &Change)| {
        let to = change.target.key.as_ref().map(|key| &key.deliver).filter(|to| !to.is_empty())?;
        let declared = context.desired.get(&change.address)?;
        let places = declared.key.as_ref()?.deliver.iter().filter(|place| to.contains(place));
        Some((*index, declared, places.collect::<Vec<&'c Delivery>>()))
    };
    let writes: Vec<(usize, &'c Declared, Vec<&'c Delivery>)> = changes.iter().filter_map(write).collect();
    if writes.is_empty() {
        return Vec::new();
    }
    let owners = &Owners::of(matching);
    let in_place = InPlace::of(writes.iter().flat_map(|(_, _, places)| places.iter().copied()), context);
    let demand = |(index, declared, places): &(usize, &'c Declared, Vec<&'c Delivery>)| {
        let other = |place: &&'c Delivery| {
            let (live, sign) = *in_place.0.get(place)?;
            (!is_own(live, declared, context, matching, owners)).then_some((*place, live, sign))
        };
        let (place, live, sign) = places.iter().find_map(other)?;
        let root = removals.going(live).map(|going| &going.root.address);
        if root.is_some_and(|root| is_allowed(root, context)) {
            return None;
        }
        let address = &declared.address;
        let message = format!(
            "{address} would be delivered to {} in {}, which {} the value of {}{}, and that is in use",
            place.variable,
            place.place(),
            sign.verb(),
            live.address,
            whose(owners.find(live), root)
        );
        let help = format!(
            "if its readers still use that key, deliver {address} to another place; otherwise allow it with {}",
            option(root.unwrap_or(address))
        );
        let finding = rules::KW_134.finding(message).at(declared.place).help(help);
        Some(Demand { index: *index, finding, lifted_by: root.into_iter().chain([address]).cloned().collect() })
    };
    writes.iter().filter_map(demand).collect()
}

/// Whether a key is the one of a manifest, or was it. It was it only if no other manifest has it, and if the one that the
/// manifest has now is known to be its own, too: another key that came into its place is not.
fn is_own(
    live: &LiveObject,
    declared: &Declared,
    context: &Context<'_>,
    matching: &Matching<'_>,
    owners: &Owners<'_>,
) -> bool {
    let Some(found) = matching.found.get(&declared.address) else { return is_known_as(live, declared, context) };
    let mut generations = std::iter::once(found.live).chain(found.older.iter().copied());
    generations.any(|own| own.id == live.id)
        || (is_known_as(live, declared, context)
            && is_known_as(found.live, declared, context)
            && owners.find(live).is_none())
}
