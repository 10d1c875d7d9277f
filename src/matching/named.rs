//! Matches objects by name: all kinds except package keys.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Matching;
use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::rules;

/// The objects of one kind in the store with their addresses in the manifests, sorted by these.
struct Index<'a>(Vec<(Address, &'a LiveObject)>);

impl<'a> Index<'a> {
    fn new(kind: Kind, live: &'a Live, matching: &Matching<'a>) -> Self {
        let objects = live.of(kind).iter();
        let mut objects: Vec<_> = objects.map(|object| (matching.address_of(object), object)).collect();
        // They are nearly in order, so this is quick.
        objects.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self(objects)
    }

    /// The objects of an address, in the order of the store.
    fn get(&self, address: &Address) -> &[(Address, &'a LiveObject)] {
        let rest = &self.0[self.0.partition_point(|(other, _)| other < address)..];
        &rest[..rest.iter().take_while(|(other, _)| other == address).count()]
    }

    /// The first object of each address.
    fn first(&self) -> impl Iterator<Item = (Address, &'a LiveObject)> {
        self.0.chunk_by(|(one, _), (other, _)| one == other).map(|same| same[0].clone())
    }
}

pub(super) fn find<'a>(kind: Kind, desired: &Desired, live: &'a Live, matching: &mut Matching<'a>) {
    let index = Index::new(kind, live, matching);
    matching.in_store.extend(index.first());
    for declared in takers_first(desired.of(kind).collect()) {
        match index.get(&declared.address) {
            [(_, one)] if matching.renamed.contains_key(&one.address) => find_former(declared, &index, matching),
            [(_, one)] => matching.find(&declared.address, one),
            [_, ..] => ambiguous(declared, &declared.address, matching),
            [] => find_former(declared, &index, matching),
        }
    }
}

/// Before an object that is declared under the former name of another one comes that other one: if it still has its former
/// name in the store, it takes the object of that name.
fn takers_first(declared: Vec<&Declared>) -> Vec<&Declared> {
    if declared.iter().all(|object| object.previously.is_empty()) {
        return declared;
    }
    let names: BTreeMap<&Address, &Declared> = declared.iter().map(|object| (&object.address, *object)).collect();
    let mut takers: BTreeMap<&Address, &Declared> = BTreeMap::new();
    for object in &declared {
        let taken = object.previously.iter().filter(|former| names.contains_key(&former.address));
        takers.extend(taken.map(|former| (&former.address, *object)));
    }
    if takers.is_empty() {
        return declared;
    }
    let (mut order, mut seen) = (Vec::with_capacity(declared.len()), BTreeSet::new());
    for object in declared {
        let mut chain = vec![object];
        while let Some(taker) = chain.last().and_then(|last| takers.get(&last.address)) {
            // A circle is refused before (KW-016).
            if chain.iter().any(|one| one.address == taker.address) {
                break;
            }
            chain.push(taker);
        }
        order.extend(chain.into_iter().rev().filter(|one| seen.insert(&one.address)));
    }
    order
}

fn find_former<'a>(declared: &Declared, index: &Index<'a>, matching: &mut Matching<'a>) {
    for former in &declared.previously {
        match index.get(&former.address) {
            [(_, one)] => {
                if let Some(problem) = immutable_name(declared, &former.address) {
                    matching.diagnostics.push(problem.at(former.place));
                    matching.stopped.extend([declared.address.clone(), former.address.clone()]);
                } else {
                    matching.find(&declared.address, one);
                    matching.renamed.insert(one.address.clone(), declared.address.clone());
                    // The former name does not exist after the plan, so nothing may refer to it.
                    matching.in_store.remove(&former.address);
                    matching.in_store.insert(declared.address.clone(), one);
                }
                return;
            }
            [_, ..] => return ambiguous(declared, &former.address, matching),
            [] => {}
        }
    }
}

fn ambiguous(declared: &Declared, address: &Address, matching: &mut Matching<'_>) {
    let rule = if address.kind() == Kind::ApiKey { &rules::MFT_024 } else { &rules::CAM_049 };
    let message = format!("the store has more than one {address}");
    let problem = rule.finding(message).at(declared.place).help("remove or rename all but one in the store");
    matching.stop(declared, problem);
    matching.stopped.insert(address.clone());
}

/// Why the store cannot rename the object. `None` if it can.
fn immutable_name(declared: &Declared, former: &Address) -> Option<Diagnostic> {
    match declared.address.kind() {
        Kind::User => {
            let problem = rules::CAM_007.finding(format!("{former} cannot be renamed: usernames cannot change"));
            Some(problem.help("declare a new user without `previously`; the old username can never be used again"))
        }
        Kind::Application if former.first_name() != declared.address.first_name() => {
            let message = format!("{former} cannot be moved to {}", declared.address.first_name());
            let problem = rules::CAM_013.finding(message);
            Some(problem.help("declare a new application, move its callers to new keys, then remove the old one"))
        }
        Kind::ApiKey => {
            let problem =
                rules::MFT_002.finding(format!("{former} cannot be renamed: Keywright finds API keys by name"));
            Some(problem.help("declare a new key without `previously`, and disable the old one later"))
        }
        Kind::Application | Kind::Package | Kind::Plan | Kind::PackageKey => None,
    }
}
