//! Desired ↔ live: which object of the store is the one that a manifest declares. A pure function of both, the
//! values of custom keys, and nothing else: there is no state file.

mod keys;
mod named;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::model::Desired;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::rules::values::Values;

/// How desired and live belong together.
#[derive(Default)]
pub struct Matching<'a> {
    /// The object of the store for each declared one that has one.
    pub found: BTreeMap<Address, Found<'a>>,
    /// Declared objects whose match is not certain: nothing is done to them, nor to what hangs on them.
    pub stopped: BTreeSet<Address>,
    /// Objects of the store that are not declared, in the order of kinds and addresses.
    pub unmatched: Vec<&'a LiveObject>,
    /// Every named object of the store, by the address that it has in the manifests.
    pub in_store: BTreeMap<Address, &'a LiveObject>,
    /// Renames: the address in the store, and the address in the manifests.
    renamed: BTreeMap<Address, Address>,
    pub diagnostics: Vec<Diagnostic>,
}

/// The object of the store that a declared one is.
pub struct Found<'a> {
    pub live: &'a LiveObject,
    /// The key keeps its value and must go to another package or application.
    pub moved: bool,
    /// Older generations of a generated key, newest first.
    pub older: Vec<&'a LiveObject>,
}

impl<'a> Matching<'a> {
    /// The address that an object of the store has in the manifests: the parents that are renamed go by their new name.
    pub fn translated(&self, address: &Address) -> Address {
        self.renamed.get(address).unwrap_or(address).clone()
    }

    /// The package and the plan of a key of the store, by their addresses in the manifests.
    pub fn terms_of(&self, live: &LiveObject) -> Option<(Address, Option<Address>)> {
        let key = live.key.as_ref()?;
        let package = self.translated(&key.package);
        let plan = live.attributes.text("plan").map(|plan| {
            let renamed = self.renamed.get(&Address::below(Kind::Plan, Some(&key.package), plan));
            renamed.cloned().unwrap_or_else(|| Address::below(Kind::Plan, Some(&package), plan))
        });
        Some((package, plan))
    }

    /// The parent of an object of the store, by its address in the manifests.
    pub fn parent_of(&self, live: &LiveObject) -> Option<Address> {
        live.parent.as_ref().map(|parent| self.translated(parent))
    }

    fn find(&mut self, address: &Address, live: &'a LiveObject) {
        self.found.insert(address.clone(), Found { live, moved: false, older: Vec::new() });
    }
}

/// Matches everything, parents before children, so that a child is looked for under the right parent. With `is_part`
/// other objects may be declared elsewhere, and no key is taken for one of these that could be one of those.
pub fn matching<'a>(desired: &Desired, live: &'a Live, values: &Values, is_part: bool) -> Matching<'a> {
    let mut matching = Matching::default();
    for kind in Kind::ALL {
        match kind {
            Kind::PackageKey => keys::find(desired, live, values, is_part, &mut matching),
            _ => named::find(kind, desired, live, &mut matching),
        }
    }
    matching.unmatched = unmatched(live, &matching);
    matching
}

fn unmatched<'a>(live: &'a Live, matching: &Matching<'a>) -> Vec<&'a LiveObject> {
    let mut taken: BTreeSet<(Kind, &LiveId)> = BTreeSet::new();
    for (address, found) in &matching.found {
        taken.insert((address.kind(), &found.live.id));
        taken.extend(found.older.iter().map(|older| (address.kind(), &older.id)));
    }
    let is_stopped = |object: &LiveObject| matching.stopped.contains(&matching.address_of(object));
    Kind::ALL
        .into_iter()
        .flat_map(|kind| live.of(kind).iter().map(move |object| (kind, object)))
        .filter(|(kind, object)| !taken.contains(&(*kind, &object.id)) && !is_stopped(object))
        .map(|(_, object)| object)
        .collect()
}

impl Matching<'_> {
    /// The address that an object of the store has in the manifests: its parents go by their new names, and so does
    /// it, if it is declared. Package keys have no name, and keep the address that they have in the store.
    pub fn known_as(&self, object: &LiveObject) -> Address {
        match self.renamed.get(&object.address) {
            Some(address) => address.clone(),
            None => self.address_of(object),
        }
    }

    /// The address of a named object of the store under its parents' names in the manifests.
    fn address_of(&self, object: &LiveObject) -> Address {
        match object.key {
            Some(_) => object.address.clone(),
            None => Address::below(object.address.kind(), self.parent_of(object).as_ref(), &object.name),
        }
    }
}

#[cfg(test)]
mod tests;
