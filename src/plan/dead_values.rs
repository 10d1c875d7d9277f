//! KW-150: delivered values of keys that go. What is held back still works. The database knows what a place received last, the
//! manifest of a removed key may name the place too, and a file of this machine shows what it has.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Action;
use super::Change;
use super::Context;
use super::Plan;
use super::Shown;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Places;
use crate::model::Delivery;
use crate::model::Digest;
use crate::model::Fingerprint;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::rules;
use crate::text::and_more;

/// Places in a message.
const NAMED: usize = 5;

pub(super) fn check(plan: &Plan, context: &Context<'_>) -> Option<Diagnostic> {
    let goes = |change: &Change| change.address.kind() == Kind::PackageKey && change.action == Action::Delete;
    let all = plan.changes.iter().enumerate().filter(|(index, _)| !plan.held.contains_key(index));
    let going: Vec<&Change> = all.map(|(_, change)| change).filter(|change| goes(change)).collect();
    if going.is_empty() {
        return None;
    }
    let keys = context.live.of(Kind::PackageKey).iter();
    let live: BTreeMap<&LiveId, &LiveObject> = keys.map(|live| (&live.id, live)).collect();
    // What another key is delivered to keeps no old value.
    let declared = context.desired.of(Kind::PackageKey).filter_map(|declared| declared.key.as_ref());
    let taken: BTreeSet<&Delivery> = declared.flat_map(|key| &key.deliver).collect();
    let lines = Places::new(context.sources);
    let (mut here, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
    for change in going {
        let Some(live) = change.live_id().and_then(|id| live.get(id)) else { continue };
        let places = received(live, context).chain(declared_by_removed(change, context, &lines));
        for place in places.filter(|place| !taken.contains(place)) {
            let text = format!("{} in {}", place.variable, place.place());
            match context.delivered.get(place) {
                Some(Shown::Value(shown)) if is_value_of(live, shown) => drop(here.insert(text)),
                Some(Shown::Fingerprint(shown)) if is_fingerprint_of(live, shown, context) => drop(here.insert(text)),
                Some(_) => {}
                None => drop(elsewhere.insert(text)),
            }
        }
    }
    let message = message(&here.into_iter().collect::<Vec<_>>(), &elsewhere.into_iter().collect::<Vec<_>>())?;
    Some(rules::KW_150.finding(message).help("take it out there, so that no program uses it"))
}

fn is_value_of(live: &LiveObject, shown: &Digest) -> bool {
    live.key.as_ref().is_some_and(|key| key.secrets().any(|secret| secret.digest() == *shown))
}

fn is_fingerprint_of(live: &LiveObject, shown: &Fingerprint, context: &Context<'_>) -> bool {
    let own = live.key.as_ref().zip(context.remembered.key.as_ref());
    own.is_some_and(|(key, fingerprints)| key.secrets().any(|secret| fingerprints.of_value(secret) == *shown))
}

/// `None` if no place has a value that stops to work. A file that is not on this machine may have it.
fn message(here: &[String], elsewhere: &[String]) -> Option<String> {
    let value = |places: &[String]| match places.len() {
        1 => "a value that no longer works",
        _ => "values that no longer work",
    };
    let when = "when the keys are deleted";
    let keeps = |verb: &str, places: &[String]| format!("{} {verb} {}", and_more(places, NAMED, ", "), value(places));
    match (here, elsewhere) {
        ([], []) => None,
        ([_], []) => Some(format!("{} {when}", keeps("keeps", here))),
        (_, []) => Some(format!("{} {when}", keeps("keep", here))),
        ([], _) => Some(format!("{} {when}: they cannot be read from this machine", keeps("may keep", elsewhere))),
        _ => {
            let verb = if here.len() == 1 { "keeps" } else { "keep" };
            let may = and_more(elsewhere, NAMED, ", ");
            Some(format!("{} {when}; so may {may}, which cannot be read from this machine", keeps(verb, here)))
        }
    }
}

/// The places that received the value or the shared secret last.
fn received<'a>(live: &LiveObject, context: &Context<'a>) -> impl Iterator<Item = &'a Delivery> {
    let key = context.remembered.key.as_ref();
    let own = key.zip(live.key.as_ref());
    let values = own.into_iter().flat_map(|(fingerprints, key)| key.secrets().map(|it| fingerprints.of_value(it)));
    let values: Vec<Fingerprint> = values.collect();
    let places = context.remembered.receipts.places.iter();
    places.filter(move |(_, receipt)| values.contains(&receipt.value)).map(|(place, _)| place)
}

/// The places that the manifest of a removed key names.
fn declared_by_removed<'a>(
    change: &Change,
    context: &Context<'a>,
    lines: &Places<'_>,
) -> impl Iterator<Item = &'a Delivery> {
    let removed = context.desired.removed.iter().flat_map(|removed| removed.of(Kind::PackageKey));
    let keys = removed
        .filter(|declared| lines.line(declared.place) == change.place)
        .filter_map(|declared| declared.key.as_ref());
    keys.flat_map(|key| &key.deliver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_on_this_machine_keep_a_value_and_others_may_keep_it() {
        let says = |here: &[&str], elsewhere: &[&str]| {
            let owned = |places: &[&str]| places.iter().map(|place| (*place).to_owned()).collect::<Vec<_>>();
            message(&owned(here), &owned(elsewhere))
        };
        let when = "when the keys are deleted";
        for (here, elsewhere, expected) in [
            (vec!["a"], vec![], format!("a keeps a value that no longer works {when}")),
            (vec!["a", "b"], vec![], format!("a, b keep values that no longer work {when}")),
            (
                vec![],
                vec!["c"],
                format!("c may keep a value that no longer works {when}: they cannot be read from this machine"),
            ),
            (
                vec!["a"],
                vec!["c"],
                format!(
                    "a keeps a value that no longer works {when}; so may c, which cannot be read from this machine"
                ),
            ),
            (
                vec!["a", "b"],
                vec!["c"],
                format!(
                    "a, b keep values that no longer work {when}; so may c, which cannot be read from this machine"
                ),
            ),
        ] {
            assert_eq!(says(&here, &elsewhere), Some(expected));
        }
        assert_eq!(says(&[], &[]), None);
    }
}
