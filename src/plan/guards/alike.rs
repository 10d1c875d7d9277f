//! Names that look the same. A create of such a name needs consent: it is probably meant to be the object that exists. Two
//! that both exist are a warning.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::super::Action;
use super::super::Change;
use super::super::Context;
use super::super::consent::at;
use super::super::demand::Demand;
use super::super::option::option;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::rules;
use crate::rules::Look;
use crate::rules::look_of;
use crate::text::flaw;
use crate::text::yaml;

/// KW-131.
pub(super) fn demands(changes: &[(usize, &Change)], context: &Context<'_>, matching: &Matching<'_>) -> Vec<Demand> {
    let is_new = |change: &Change| change.action == Action::Create && change.address.kind() != Kind::PackageKey;
    let mut created: BTreeMap<Look, Vec<(usize, &Change)>> = BTreeMap::new();
    for &(index, change) in changes.iter().filter(|(_, change)| is_new(change)) {
        created.entry(look_of(&change.address)).or_default().push((index, change));
    }
    let in_store = alike_in_store(&created.keys().collect(), matching);
    let mut demands = Vec::new();
    for (look, creates) in &created {
        let beside = in_store.get(look).map_or(&[][..], Vec::as_slice);
        for &(index, change) in creates {
            let lives = beside.iter().copied().find(|other| **other != change.address);
            let also_new = || creates.iter().map(|(_, other)| &other.address).find(|other| **other != change.address);
            let Some(other) = lives.or_else(also_new) else { continue };
            let lifted_by = if lives.is_some() { Vec::new() } else { vec![other.clone()] };
            let lifted_by = std::iter::once(change.address.clone()).chain(lifted_by).collect();
            let (other_is, help) = match lives {
                Some(other) => (", which is in the store,", as_in_store(other)),
                None => (", both new,", "remove or rename one of the two".to_owned()),
            };
            let help = format!("{help}; if both are wanted, allow it with {}", option(&change.address));
            let message = rules::alike(&change.address, other, other_is);
            let finding = at(rules::KW_131.finding(message), change, context).help(help);
            demands.push(Demand { index, finding, lifted_by });
        }
    }
    demands
}

/// What to do instead of a create beside an object of the store.
fn as_in_store(other: &Address) -> String {
    let name = other.name();
    if flaw(&name).is_none() {
        return "write the name as in the store".to_owned();
    }
    let no_manifest = "no manifest can have the name that is in the store";
    match other.kind() {
        Kind::User | Kind::ApiKey => format!("{no_manifest}, and it cannot change: leave out this manifest"),
        _ => format!("{no_manifest}; to rename that object, write `previously: [{}]`", yaml(&name)),
    }
}

/// KW-130: a declared object of the store, beside one that no manifest declares.
pub(in crate::plan) fn beside(context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let is_stranger = |address: &&Address| context.desired.get(address).is_none();
    // Mostly there are none, and then no look needs to be found out.
    let kinds: BTreeSet<Kind> = matching.in_store.keys().filter(is_stranger).map(Address::kind).collect();
    let named = matching.found.keys().filter(|address| address.kind() != Kind::PackageKey);
    let named = named.filter(|address| kinds.contains(&address.kind()));
    let declared: Vec<(Look, &Address)> = named.map(|address| (look_of(address), address)).collect();
    let in_store = alike_in_store(&declared.iter().map(|(look, _)| look).collect(), matching);
    let mut findings = Vec::new();
    for (look, address) in declared {
        let others = in_store.get(&look).into_iter().flatten().filter(|other| is_stranger(other));
        for other in others.filter(|other| **other != address) {
            let place = context.desired.get(address).map_or_else(Default::default, |declared| declared.place);
            let message = rules::alike(address, other, ", which is in the store and not declared,");
            let help = "find out which of the two is used; the other one can go";
            findings.push(rules::KW_130.finding(message).at(place).help(help));
        }
    }
    findings
}

/// The named objects of the store that look like one of `wanted`.
fn alike_in_store<'m>(wanted: &BTreeSet<&Look>, matching: &'m Matching<'_>) -> BTreeMap<Look, Vec<&'m Address>> {
    let kinds: BTreeSet<Kind> = wanted.iter().map(|(kind, ..)| *kind).collect();
    let mut alike: BTreeMap<Look, Vec<&Address>> = BTreeMap::new();
    for address in matching.in_store.keys().filter(|address| kinds.contains(&address.kind())) {
        let look = look_of(address);
        if wanted.contains(&look) {
            alike.entry(look).or_default().push(address);
        }
    }
    alike
}
