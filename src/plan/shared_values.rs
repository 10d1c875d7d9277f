//! CAM-085 with the live store: new and moved keys whose value another application has in another package. A key that moves
//! inside its package is deleted first, so it is held back: the service could refuse to create it again.

use std::collections::BTreeMap;

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Digest;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::rules;
use crate::rules::values::source_place;

/// What is found: warnings, and errors that hold back one object each.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) findings: Vec<Diagnostic>,
    pub(super) held: Vec<(Address, Diagnostic)>,
}

pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>) -> Shared {
    let mut found = Shared::default();
    let mut created: BTreeMap<Digest, Vec<&Declared>> = BTreeMap::new();
    for declared in context.desired.of(Kind::PackageKey) {
        if let Some(value) = value_to_create(declared, context, matching) {
            created.entry(value.digest()).or_default().push(declared);
        }
    }
    let live: &[LiveObject] = if created.is_empty() { &[] } else { context.live.of(Kind::PackageKey) };
    for live in live {
        let keys = live.key.as_ref().and_then(|key| created.get(&key.value.digest()));
        for declared in keys.into_iter().flatten() {
            let Some((owner, package)) = clash(declared, live, matching) else { continue };
            let message = format!("{} has the value of a key of {owner} in {package}", declared.address);
            let place = declared.key.as_ref().map_or(declared.place, |key| source_place(&key.source, declared.place));
            if is_deleted_first(declared, matching) {
                found.held.push((declared.address.clone(), held(&message, declared)));
            } else if !is_reported(live, context, matching) {
                let help = "if the two plans share a service, the store refuses the new key: choose another value";
                found.findings.push(rules::CAM_085.finding(message).at(place).help(help));
            }
        }
    }
    found
}

/// The known value of a key that is new or moves.
fn value_to_create<'a>(declared: &Declared, context: &'a Context<'_>, matching: &Matching<'a>) -> Option<&'a Secret> {
    match matching.found.get(&declared.address) {
        None => context.values.get(&declared.address),
        Some(found) => found.moved.then_some(&found.live.key.as_ref()?.value),
    }
}

/// The application and package of another key with the value; in the same package it is CAM-025.
fn clash(declared: &Declared, live: &LiveObject, matching: &Matching<'_>) -> Option<(Address, Address)> {
    let (key, held) = (declared.key.as_ref()?, live.key.as_ref()?);
    let owner = matching.parent_of(live)?;
    let is_own = declared.parent.as_ref().is_some_and(|parent| parent.address == owner)
        || matching.found.get(&declared.address).is_some_and(|found| found.live.id == live.id);
    let package = matching.translated(&held.package);
    (!is_own && package != key.package.address).then(|| (owner, package.clone()))
}

/// Whether the key moves to another application of its package.
fn is_deleted_first(declared: &Declared, matching: &Matching<'_>) -> bool {
    let live = matching.found.get(&declared.address).and_then(|found| found.live.key.as_ref());
    let key = declared.key.as_ref();
    live.zip(key).is_some_and(|(live, key)| matching.translated(&live.package) == key.package.address)
}

/// Whether the other key is declared with its value, so that `validate` compares the two.
fn is_reported(live: &LiveObject, context: &Context<'_>, matching: &Matching<'_>) -> bool {
    let declares = |(address, found): (&Address, &crate::matching::Found<'_>)| {
        found.live.id == live.id && context.values.contains_key(address)
    };
    matching.found.iter().any(declares)
}

fn held(message: &str, declared: &Declared) -> Diagnostic {
    let place = declared.parent.as_ref().map_or(declared.place, |parent| parent.place);
    let problem = rules::CAM_085.also(format!("{message}, so it could be deleted and not be created again")).at(place);
    problem.help("leave it where it is, or give one of the two another value first, by a new key beside the old one")
}
