//! Objects that another hand gave the name of another object. By its name, the store shows the one of this manifest; by its
//! id, the database knows the one of another manifest. Until somebody decides, nothing is done to it and to what is in it.

use std::collections::BTreeSet;

use super::Context;
use super::consent::is_allowed;
use super::option::option;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::rules;

/// A manifest and the address under which the database knows the object that has its name.
struct Displaced<'c> {
    declared: &'c Declared,
    former: Address,
}

/// Leaves such objects, and what is in them, out of the plan, but those with consent.
pub(super) fn hold<'a>(context: &Context<'a>, matching: &mut Matching<'a>) {
    for Displaced { declared, former } in displaced(context, matching) {
        if is_allowed(&declared.address, context) {
            continue;
        }
        let address = &declared.address;
        let live = matching.found.get(address).map_or(address, |found| &found.live.address);
        let taker = if live == address { String::new() } else { format!(", and {address} would take it") };
        let message = format!("{live} in the store is the object that the workspace database knows as {former}{taker}");
        let help = format!(
            "find out who renamed it, and give the objects their old names in the store; if this one is meant, allow it with {}",
            option(address)
        );
        let problem = rules::KW_145.finding(message).at(declared.place).help(help);
        matching.displace(declared, problem);
    }
}

/// The addresses whose consents are used.
pub(super) fn allowed(context: &Context<'_>, matching: &Matching<'_>) -> BTreeSet<String> {
    let all = displaced(context, matching).into_iter().map(|it| &it.declared.address);
    all.filter(|address| is_allowed(address, context)).map(ToString::to_string).collect()
}

fn displaced<'c>(context: &Context<'c>, matching: &Matching<'c>) -> Vec<Displaced<'c>> {
    let remembered = context.remembered;
    if remembered.objects.is_empty() {
        return Vec::new();
    }
    let key = remembered.key.as_ref();
    let known = |live| remembered.objects.of(live, key).filter(|known| !known.is_undeclared);
    let named = matching.found.iter().filter(|(now, _)| !matches!(now.kind(), Kind::PackageKey | Kind::ApiKey));
    let other = named.filter_map(|(now, found)| {
        let former = known(found.live)?.former(now)?;
        let declared = context.desired.get(now).filter(|declared| !was_renamed(&former, declared, context))?;
        Some(Displaced { declared, former })
    });
    let other: Vec<Displaced<'c>> = other.collect();
    if other.is_empty() {
        return other;
    }
    // The objects that lost their names, and that no manifest found.
    let lost: BTreeSet<Address> =
        matching.unmatched.iter().filter_map(|live| Address::parse(&known(live)?.address)).collect();
    let is_open = |it: &Displaced<'c>| {
        let names =
            || std::iter::once(&it.declared.address).chain(it.declared.previously.iter().map(|old| &old.address));
        context.desired.manifest_of(&it.former).is_some() || names().any(|name| lost.contains(name))
    };
    let open: Vec<Displaced<'c>> = other.into_iter().filter(is_open).collect();
    let roots: BTreeSet<&Address> = open.iter().map(|it| &it.declared.address).collect();
    let is_below =
        |it: &Displaced<'c>| it.declared.parent.as_ref().is_some_and(|parent| roots.contains(&parent.address));
    let below: BTreeSet<Address> =
        open.iter().filter(|it| is_below(it)).map(|it| it.declared.address.clone()).collect();
    open.into_iter().filter(|it| !below.contains(&it.declared.address)).collect()
}

/// Whether the manifests say that an object had another name before, or was in something that had another name.
pub(super) fn was_renamed(former: &Address, declared: &Declared, context: &Context<'_>) -> bool {
    let above = declared.parent.as_ref().and_then(|parent| context.desired.get(&parent.address));
    let above = above.into_iter().flat_map(|parent| &parent.previously);
    let now = &declared.address;
    let mut below = above.map(|old| Address::below(now.kind(), Some(&old.address), &now.name()));
    declared.previously.iter().any(|old| old.address == *former) || below.any(|old| old == *former)
}
