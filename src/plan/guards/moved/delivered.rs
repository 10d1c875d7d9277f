//! What stands at the places to which a new key would be delivered. A value that lives shows, whatever the manifests are
//! called, that its readers use another key: probably the same one with another name, or of another application.

use std::collections::BTreeMap;

use super::Stray;
use super::Strays;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Delivery;
use crate::model::Digest;
use crate::model::Fingerprint;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::plan::Context;
use crate::plan::Shown;
use crate::plan::consent::is_allowed;
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

/// The living keys whose values are at the places of keys that are created.
pub(super) struct InPlace<'c>(BTreeMap<&'c Delivery, (&'c LiveObject, Sign)>);

impl<'c> InPlace<'c> {
    pub(super) fn of(created: impl Iterator<Item = &'c Declared>, context: &Context<'c>) -> Self {
        let places: Vec<&'c Delivery> =
            created.filter_map(|declared| declared.key.as_ref()).flat_map(|key| &key.deliver).collect();
        let (mut files, mut receipts) = (Vec::new(), Vec::new());
        for place in places {
            match context.delivered.get(place) {
                Some(Shown::Value(digest)) => files.push((place, *digest)),
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
    live.attributes.text("settings.status") != Some("disabled") && !rotation::ends_before(live, context.now)
}

/// The keys with which calls may succeed, by something of their values.
fn living<'c, T>(context: &Context<'c>, by: impl Fn(&Secret) -> T) -> impl Iterator<Item = (T, &'c LiveObject)> {
    let keys = context.live.of(Kind::PackageKey).iter().filter(|live| lives(live, context));
    keys.filter_map(move |live| Some((by(&live.key.as_ref()?.value), live)))
}

impl<'c> Strays<'_, 'c> {
    /// A key without a manifest whose value is at a place of a declared one.
    pub(super) fn stray_in_its_place(&self, declared: &'c Declared) -> Option<&'c LiveObject> {
        let (_, live, _) = self.in_place.at_place_of(declared)?;
        let is_stray = self.all.iter().any(|stray| stray.address.kind() == Kind::PackageKey && stray.id == live.id);
        (is_stray && self.removals.going(live).is_none()).then_some(live)
    }

    /// KW-134: a key whose value the new one would replace where it is read.
    pub(super) fn in_its_place(&self, declared: &'c Declared) -> Option<Stray> {
        let (place, live, sign) = self.in_place.at_place_of(declared)?;
        // Its prefix or its value was edited (CAM-038).
        if is_known_as(live, declared, self.context) {
            return None;
        }
        let root = self.removals.going(live).map(|going| &going.root.address);
        if root.is_some_and(|root| is_allowed(root, self.context)) {
            return None;
        }
        let other = self.declared_as(live);
        let whose = match (other, root) {
            (Some(other), _) => format!(", the key of {other}"),
            (None, Some(root)) => format!(", which goes with {root}"),
            (None, None) => String::new(),
        };
        let has = match sign {
            Sign::File => "has",
            Sign::Receipt => "last received",
        };
        let message = format!(
            "{} would be created, but {} in {} {has} the value of {}{whose}, and that is in use",
            declared.address, place.variable, place.file, live.address
        );
        let finding = Stray::new(&rules::KW_134, message, self.same_value(declared, live, other, root));
        Some(match root {
            Some(root) => finding.that_goes_with(root),
            None => finding,
        })
    }

    /// The manifest that declares a key.
    fn declared_as(&self, live: &LiveObject) -> Option<&Address> {
        let is_it = |one: &&LiveObject| one.id == live.id;
        let keys = self.matching.found.iter().filter(|(address, _)| address.kind() == Kind::PackageKey);
        let mut keys = keys.filter(|(_, found)| is_it(&found.live) || found.older.iter().any(is_it));
        keys.next().map(|(address, _)| address)
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
        let is_there = place.as_ref().is_some_and(|(application, package)| {
            declared.parent.as_ref().is_some_and(|parent| parent.address == *application)
                && declared.key.as_ref().is_some_and(|key| key.package.address == *package)
        });
        let there = match place {
            Some((application, package)) if !is_there => format!(" in {application} and {package}"),
            _ => String::new(),
        };
        format!("if it is the same key, {stays}declare it{there} with `key: {{existing: {id}}}`")
    }
}
