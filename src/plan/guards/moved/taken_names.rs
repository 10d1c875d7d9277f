//! An object whose name in the store is by now that of another manifest: a person gave it the name that another object had.
//! Its own manifest finds nothing, and would create it again.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::plan::Context;

/// The objects with the names of other manifests, by the address under which the database knows them.
pub(super) type TakenNames<'c> = BTreeMap<String, &'c LiveObject>;

pub(super) fn taken_names<'c>(created: &[&Declared], context: &Context<'_>, matching: &Matching<'c>) -> TakenNames<'c> {
    let named = created.iter().map(|declared| declared.address.kind()).filter(|kind| *kind != Kind::PackageKey);
    let kinds: BTreeSet<Kind> = named.collect();
    let remembered = context.remembered;
    if !kinds.iter().any(|kind| remembered.objects.has(*kind)) {
        return TakenNames::new();
    }
    let found = matching.found.iter().filter(|(now, _)| kinds.contains(&now.kind()));
    let taken = found.filter_map(|(now, found)| {
        let known = remembered.objects.of(found.live, remembered.key.as_ref())?;
        let former = Address::parse(&known.address).filter(|former| former != now)?;
        let is_taken = found.live.address == *now && !was_renamed(&former, now, context);
        is_taken.then(|| (known.address.to_string(), found.live))
    });
    taken.collect()
}

/// Whether the manifests say that an object had another name before, or was in something that had another name.
fn was_renamed(former: &Address, now: &Address, context: &Context<'_>) -> bool {
    let Some(declared) = context.desired.get(now) else { return false };
    let above = declared.parent.as_ref().and_then(|parent| context.desired.get(&parent.address));
    let above = above.into_iter().flat_map(|parent| &parent.previously);
    let mut below = above.map(|old| Address::below(now.kind(), Some(&old.address), &now.name()));
    declared.previously.iter().any(|old| old.address == *former) || below.any(|old| old == *former)
}
