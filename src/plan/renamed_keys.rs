//! Keys without a declared prefix whose values begin with the prefix of a name that `previously` does not give: one before the
//! last, one that was taken out of it, or one that another hand changed in the store. The database knows the key by its id.

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

/// Matches such keys. Those that a prefix finds are matched already, but not their generations of an older name.
pub(super) fn find<'a>(context: &Context<'a>, matching: &mut Matching<'a>) {
    // Mostly there are none, and the prefixes of all declared keys take long.
    let lost: Vec<(&LiveObject, &str)> =
        matching.unmatched.iter().filter_map(|&live| Some((live, known_as(live, context)?))).collect();
    if lost.is_empty() {
        return;
    }
    let is_open = |declared: &&Declared| !matching.stopped.contains(&declared.address);
    let own = context.desired.of(Kind::PackageKey).filter(is_open);
    let own: Vec<(&Declared, &Generated)> = own.filter_map(|it| Some((it, with_own_prefix(it)?))).collect();
    let mut known = known(context, matching, lost);
    for (declared, generated) in own {
        let Some(place) = place_of(declared).filter(|_| !known.is_empty()) else { continue };
        let names = std::iter::once(&generated.prefix).chain(&generated.former);
        let all = names.filter_map(|prefix| known.remove(&(place.clone(), prefix.clone()))).flatten();
        let mut all: Vec<&LiveObject> = all.collect();
        all.sort_by_key(|live| Reverse((live.created, &live.id)));
        take(declared, all, matching);
    }
}

/// The keys without a match that the database knows, `lost`, by their place and the prefix of the name that they have now;
/// without those whose prefix is that of a manifest in their place.
fn known<'a>(
    context: &Context<'a>,
    matching: &Matching<'a>,
    lost: Vec<(&'a LiveObject, &'a str)>,
) -> BTreeMap<(Place, Box<str>), Vec<&'a LiveObject>> {
    let mut prefixes: BTreeMap<Place, BTreeSet<Box<str>>> = BTreeMap::new();
    for declared in context.desired.of(Kind::PackageKey) {
        if let Some(place) = place_of(declared) {
            prefixes.entry(place).or_default().insert(own_prefix(&declared.address.to_string()));
        }
    }
    let former = former_holders(context, matching);
    let mut known: BTreeMap<(Place, Box<str>), Vec<&'a LiveObject>> = BTreeMap::new();
    for (live, address) in lost {
        let Some((application, (package, _))) = matching.parent_of(live).zip(matching.terms_of(live)) else { continue };
        let place = (application, package);
        if prefixes.get(&place).is_some_and(|all| begins_with_one(live, all)) {
            continue;
        }
        let entry = entry_of(&place).filter(|_| entry_of(&before(&place, &former)).as_deref() == Some(address));
        let prefix = own_prefix(entry.as_deref().unwrap_or(address));
        known.entry((place, prefix)).or_default().push(live);
    }
    known
}

/// The applications and packages that another hand renamed, or gave to another user: the names that the database knows, by
/// those that they have now. Where a manifest has the old name still, the names went from one object to another, and the keys
/// of one would count as those of the other.
fn former_holders<'m>(context: &Context<'_>, matching: &'m Matching<'_>) -> BTreeMap<&'m Address, Address> {
    let remembered = context.remembered;
    let holders = matching.found.iter().filter(|(now, _)| matches!(now.kind(), Kind::Application | Kind::Package));
    let renamed = holders.filter_map(|(now, found)| {
        let former = remembered.objects.of(found.live, remembered.key.as_ref())?.former(now)?;
        context.desired.manifest_of(&former).is_none().then_some((now, former))
    });
    renamed.collect()
}

/// A place with the names that the database knows.
fn before((application, package): &Place, former: &BTreeMap<&Address, Address>) -> Place {
    let name = |now: &Address| former.get(now).unwrap_or(now).clone();
    (name(application), name(package))
}

/// The address of an entry of `Application.packages`.
fn entry_of((application, package): &Place) -> Option<String> {
    let [user, application] = &application.names()[..] else { return None };
    Some(Address::key_of_application(user, application, &package.name()).to_string())
}

fn take<'a>(declared: &Declared, mut all: Vec<&'a LiveObject>, matching: &mut Matching<'a>) {
    let address = &declared.address;
    let is_rotated = declared.key.as_ref().is_some_and(|key| key.rotation.is_some());
    let taken: BTreeSet<&LiveId> = all.iter().map(|live| &live.id).collect();
    if let Some(found) = matching.found.get_mut(address) {
        // Without a rotation, the manifest declares one key.
        if !is_rotated {
            return;
        }
        found.older.append(&mut all);
    } else if !all.is_empty() {
        let live = all.remove(0);
        matching.found.insert(address.clone(), Found { live, moved: false, older: all });
    }
    matching.unmatched.retain(|other| other.key.is_none() || !taken.contains(&other.id));
}

/// A generated key that has no declared prefix.
fn with_own_prefix(declared: &Declared) -> Option<&Generated> {
    let KeySource::Generate(generated) = &declared.key.as_ref()?.source else { return None };
    (generated.prefix == own_prefix(&declared.address.to_string())).then_some(generated)
}

fn place_of(declared: &Declared) -> Option<Place> {
    Some((declared.parent.as_ref()?.address.clone(), declared.key.as_ref()?.package.address.clone()))
}

fn begins_with_one(live: &LiveObject, prefixes: &BTreeSet<Box<str>>) -> bool {
    let value = live.key.as_ref().map(|key| key.value.expose());
    value.and_then(|value| value.get(..7)).is_some_and(|prefix| prefixes.contains(prefix))
}

/// The address under which the database knows a key that Keywright made without a declared prefix.
fn known_as<'a>(live: &LiveObject, context: &Context<'a>) -> Option<&'a str> {
    let remembered = context.remembered;
    let is_own = has_own_prefix(live.key.as_ref()?.value.expose());
    let known = remembered.objects.of(live, remembered.key.as_ref()).filter(|_| is_own)?;
    let is_ours = known.maker == Maker::Keywright && !known.is_undeclared;
    (is_ours && known.fits(live, remembered.key.as_ref())).then_some(&*known.address)
}
