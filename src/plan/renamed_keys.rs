//! Keys without a declared prefix whose names changed more than once: their values begin with a prefix of the first name, and
//! `previously` names the last one. The database knows the key by its id.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Context;
use super::known::Maker;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Generated;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::has_own_prefix;
use crate::model::own_prefix;

/// The application and the package of a key, by their addresses in the manifests.
type Place = (Address, Address);

/// Matches such keys. Those that a prefix finds are matched already.
pub(super) fn find<'a>(context: &Context<'a>, matching: &mut Matching<'a>) {
    let is_open = |declared: &&Declared| {
        !matching.found.contains_key(&declared.address) && !matching.stopped.contains(&declared.address)
    };
    let open = context.desired.of(Kind::PackageKey).filter(is_open);
    let open: Vec<(&Declared, &Generated)> = open.filter_map(|it| Some((it, renamed(it)?))).collect();
    if open.is_empty() {
        return;
    }
    let mut prefixes: BTreeMap<Place, BTreeSet<Box<str>>> = BTreeMap::new();
    for declared in context.desired.of(Kind::PackageKey) {
        if let Some(place) = place_of(declared) {
            prefixes.entry(place).or_default().insert(own_prefix(&declared.address.to_string()));
        }
    }
    let mut known: BTreeMap<(Place, Box<str>), Vec<&'a LiveObject>> = BTreeMap::new();
    for &live in &matching.unmatched {
        let Some(place) = matching.parent_of(live).zip(matching.terms_of(live)) else { continue };
        let place = (place.0, place.1.0);
        let Some(address) = known_as(live, context, prefixes.get(&place)) else { continue };
        known.entry((place, own_prefix(address))).or_default().push(live);
    }
    for (declared, generated) in open {
        let Some(place) = place_of(declared) else { continue };
        let names = std::iter::once(&generated.prefix).chain(&generated.former);
        let all = names.filter_map(|prefix| known.remove(&(place.clone(), prefix.clone()))).flatten();
        let mut all: Vec<&LiveObject> = all.collect();
        all.sort_by_key(|live| Reverse((live.created, &live.id)));
        take(declared.address.clone(), &all, matching);
    }
}

fn take<'a>(address: Address, all: &[&'a LiveObject], matching: &mut Matching<'a>) {
    let Some((live, older)) = all.split_first() else { return };
    let taken: BTreeSet<&LiveId> = all.iter().map(|live| &live.id).collect();
    matching.unmatched.retain(|other| other.key.is_none() || !taken.contains(&other.id));
    matching.found.insert(address, Found { live, moved: false, older: older.to_vec() });
}

/// A generated key that has no declared prefix, and had another name.
fn renamed(declared: &Declared) -> Option<&Generated> {
    let KeySource::Generate(generated) = &declared.key.as_ref()?.source else { return None };
    let is_own = generated.prefix == own_prefix(&declared.address.to_string());
    (is_own && !generated.former.is_empty()).then_some(generated)
}

fn place_of(declared: &Declared) -> Option<Place> {
    Some((declared.parent.as_ref()?.address.clone(), declared.key.as_ref()?.package.address.clone()))
}

/// The address under which the database knows a key that Keywright made, if its prefix is that of no manifest in its place.
fn known_as<'a>(live: &LiveObject, context: &Context<'a>, prefixes: Option<&BTreeSet<Box<str>>>) -> Option<&'a str> {
    let remembered = context.remembered;
    let value = live.key.as_ref()?.value.expose();
    let is_anothers = prefixes.is_some_and(|all| value.get(..7).is_some_and(|prefix| all.contains(prefix)));
    let is_free = has_own_prefix(value) && !is_anothers;
    let known = remembered.objects.of(live, remembered.key.as_ref()).filter(|_| is_free)?;
    let is_ours = known.maker == Maker::Keywright && !known.is_undeclared;
    (is_ours && known.fits(live, remembered.key.as_ref())).then_some(&*known.address)
}
