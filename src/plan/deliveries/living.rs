//! The value of a key that does not work never replaces that of another one that does: it would cut the callers off.

use std::cell::LazyCell;

use super::targets;
use super::why_dead;
use crate::matching::Found;
use crate::matching::Matching;
use crate::matching::begins;
use crate::model::Declared;
use crate::model::Delivery;
use crate::model::FingerprintKey;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::LiveKey;
use crate::model::LiveObject;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::Kept;
use crate::plan::Shown;
use crate::plan::cut_off;
use crate::plan::receipts::Receipt;
use crate::plan::shared_secrets::why_incomplete;
use crate::rotation;
use crate::text::count;

/// The places that show, or may show, the value of another key that works, while calls with the current one fail, or will
/// fail after its change: it waits for approval, somebody or its manifest disabled or ended it, its shared secret is missing, or
/// its user or package plan cuts its callers off.
pub(super) fn worse<'a>(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &'a Declared,
    found: &Found<'_>,
    change: Option<&Change>,
) -> Vec<&'a Delivery> {
    if targets(declared).is_empty() {
        return Vec::new();
    }
    let own = why_useless(context, declared, found, change);
    if own.or_else(|| why_cut_off(context, matching, declared, found)).is_none() {
        return Vec::new();
    }
    // Its user or package plan may be that of the other key too.
    let works = |other: &&LiveObject| {
        rotation::why_unusable(other, context.now).is_none()
            && (own.is_some() || cut_off::by(matching, other).is_none())
    };
    let near: Vec<&LiveObject> = beside(context, declared, found).filter(works).collect();
    let is_other = |other: &&LiveObject| other.id != found.live.id && works(other);
    // All keys are looked at only for a place that has another value: an inactive plan may cut thousands off, of which each
    // place has its own.
    let others = LazyCell::new(|| match why_dead(context, declared, found, change) {
        // KW-119 asks about what other keys have.
        Some(_) => near.clone(),
        None => context.live.of(Kind::PackageKey).iter().filter(is_other).collect(),
    });
    let is_own = |is_it: &dyn Fn(&LiveKey) -> bool| found.live.key.as_deref().is_some_and(is_it);
    let is_of_other = |is_it: &dyn Fn(&LiveKey) -> bool| !is_own(is_it) && values(&others).any(is_it);
    let is_used = |to: &&Delivery| match context.delivered.get(*to) {
        Some(Shown::Value(shown)) => is_of_other(&|key| key.secrets().any(|it| it.digest() == *shown)),
        Some(Shown::Fingerprint(shown)) => {
            let key = context.remembered.key.as_ref().filter(|key| key.made(shown));
            key.map_or(!near.is_empty(), |own| is_of_other(&|key| key.secrets().any(|it| own.of_value(it) == *shown)))
        }
        Some(Shown::Nothing | Shown::Broken { .. }) => false,
        // The file is on another machine.
        None => {
            let receipt = context.remembered.receipts.places.get(*to).zip(context.remembered.key.as_ref());
            let is_last = |(receipt, fingerprints): (&Receipt, &FingerprintKey)| {
                is_of_other(&|key| key.secrets().any(|it| fingerprints.of_value(it) == receipt.value))
            };
            !near.is_empty() || receipt.is_some_and(is_last)
        }
    };
    targets(declared).iter().filter(is_used).collect()
}

fn values<'a>(keys: &[&'a LiveObject]) -> impl Iterator<Item = &'a LiveKey> {
    keys.iter().filter_map(|key| key.key.as_deref())
}

/// Why calls with a key fail after its change, by its own fields or because its shared secret is missing.
fn why_useless(
    context: &Context<'_>,
    declared: &Declared,
    found: &Found<'_>,
    change: Option<&Change>,
) -> Option<&'static str> {
    let mut left = found.live.attributes.clone();
    for field in change.iter().flat_map(|change| &change.fields) {
        if let Some(after) = &field.after {
            left.insert(field.field.clone(), after.clone());
        }
    }
    rotation::why_unusable_as(found.live, &left, context.now).or_else(|| why_incomplete(declared, found.live))
}

fn why_cut_off(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'_>,
) -> Option<&'static str> {
    cut_off::soon(context, matching, declared, found.live).map(cut_off::Blocked::of_key)
}

/// The older generations, and the other keys of the application and the package with the prefix, whoever made them.
fn beside<'a>(
    context: &'a Context<'_>,
    declared: &'a Declared,
    found: &'a Found<'_>,
) -> impl Iterator<Item = &'a LiveObject> {
    let generated = declared.key.as_ref().and_then(|key| match &key.source {
        KeySource::Generate(generated) if !generated.by_store => Some(generated),
        _ => None,
    });
    let is_beside = move |live: &&LiveObject| {
        let value = live.key.as_ref().zip(generated);
        live.id != found.live.id && value.is_some_and(|(key, generated)| begins(key.value.expose(), generated))
    };
    context.live.slot(found.live).iter().filter(is_beside).chain(found.older.iter().copied())
}

/// Reports the deliveries that are not made because of [`worse`].
pub(super) fn kept_back(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'_>,
    change: Option<&Change>,
) -> Option<Kept> {
    let places = worse(context, matching, declared, found, change);
    if places.is_empty() {
        return None;
    }
    let why =
        why_useless(context, declared, found, change).or_else(|| why_cut_off(context, matching, declared, found))?;
    let is_seen = places.iter().all(|to| context.delivered.contains_key(*to));
    let (places, with) = (count(places.len(), "place"), if is_seen { "with" } else { "that may have" });
    let why = format!("{why}, so its value is not delivered to {places} {with} another key that works");
    Some(Kept { address: declared.address.clone(), why })
}

/// Why a saved plan must not deliver a key now: it stopped to work since.
pub(in crate::plan) fn why_not(context: &Context<'_>, matching: &Matching<'_>, change: &Change) -> Option<String> {
    let to = change.target.key.as_ref().map(|key| &key.deliver).filter(|to| !to.is_empty())?;
    let found = matching.found.get(&change.address).filter(|found| change.live_id() == Some(&found.live.id))?;
    let declared = context.desired.get(&change.address)?;
    let worse = worse(context, matching, declared, found, Some(change));
    let place = worse.into_iter().find(|place| to.contains(place))?;
    let why = why_useless(context, declared, found, Some(change))
        .or_else(|| why_cut_off(context, matching, declared, found))?;
    Some(format!("is {why}, and {} has, or may have, the value of one that works", place.place()))
}
