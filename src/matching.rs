//! Matches declared objects with objects of the store. A pure function of both and of custom key values.

mod keys;
mod named;
mod odd;

pub use keys::begins;
pub use odd::NOTHING_IN_ITS_PLACE;
pub use odd::odd_rule;
pub use odd::show_values;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::model::ByAddress;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::rules::values::Values;

/// The matches between declared and live objects.
#[derive(Default)]
pub struct Matching<'a> {
    /// The matching object of the store, by declared address.
    pub found: ByAddress<Found<'a>>,
    /// Objects with an uncertain match. Keywright changes neither them nor their children.
    pub stopped: BTreeSet<Address>,
    /// The stopped objects for which [`Self::held`] has an error.
    in_doubt: BTreeSet<Address>,
    /// Objects that were found by a name that another object had. They are stopped, too.
    displaced: BTreeSet<Address>,
    /// Objects that were found, but are left out of the plan; what depends on them is not.
    waiting: BTreeSet<Address>,
    /// Generated keys of which the store may have a newer generation that was not understood.
    pub unsure: BTreeSet<Address>,
    /// The keys with the prefix of a generated key that are no generations of it. They are not declared.
    pub beside: BTreeMap<Address, Vec<&'a LiveObject>>,
    /// Objects of the store that are not declared, in the order of kinds and addresses.
    pub unmatched: Vec<&'a LiveObject>,
    /// Every named object of the store, by its address in the manifests.
    pub in_store: ByAddress<&'a LiveObject>,
    /// Renames: the address in the store, and the address in the manifests.
    renamed: BTreeMap<Address, Address>,
    pub diagnostics: Vec<Diagnostic>,
    /// Errors that hold back one object and its children, and nothing else.
    pub held: Vec<Diagnostic>,
}

/// The object of the store that matches a declared one.
pub struct Found<'a> {
    pub live: &'a LiveObject,
    /// The key keeps its value and must go to another package or application.
    pub moved: bool,
    /// Older generations of a generated key, newest first.
    pub older: Vec<&'a LiveObject>,
}

impl<'a> Matching<'a> {
    /// The address of an object in the manifests, which differs if the object is renamed.
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

    /// Reports why a declared object has no certain match.
    fn stop(&mut self, object: &Declared, problem: Diagnostic) {
        self.held.push(problem);
        self.stopped.insert(object.address.clone());
        self.in_doubt.insert(object.address.clone());
    }

    /// Leaves a declared object out of the plan. What depends on it is left out too, unless the object is in the store.
    pub fn hold(&mut self, object: &Declared, problem: Diagnostic) {
        if self.found.contains_key(&object.address) {
            self.held.push(problem);
            self.waiting.insert(object.address.clone());
        } else {
            self.stop(object, problem);
        }
    }

    /// Leaves an object that is in doubt out of the plan, and what depends on it.
    pub fn displace(&mut self, object: &Declared, problem: Diagnostic) {
        self.stop(object, problem);
        self.displaced.insert(object.address.clone());
    }

    /// Whether the object, or one that it depends on, may be another one than its name says.
    pub fn is_displaced(&self, declared: &Declared) -> bool {
        depends_on(declared, &self.displaced)
    }

    /// Whether the object is left out of the plan, or one that it depends on has no certain match.
    pub fn is_stopped(&self, declared: &Declared) -> bool {
        self.waiting.contains(&declared.address) || depends_on(declared, &self.stopped)
    }

    /// Whether [`Self::held`] says why the object, or one that it depends on, is stopped.
    pub fn is_held(&self, declared: &Declared) -> bool {
        self.waiting.contains(&declared.address) || depends_on(declared, &self.in_doubt)
    }

    /// The object with an uncertain match that an object of the store belongs to.
    pub fn doubtful_parent(&self, live: &LiveObject) -> Option<Address> {
        let application = self.parent_of(live);
        let user = application.as_ref().filter(|_| live.key.is_some()).map(|it| Address::user(&it.first_name()));
        let terms = self.terms_of(live);
        let package = terms.as_ref().map(|(package, _)| package.clone());
        let above = application.into_iter().chain(user).chain(package).chain(terms.and_then(|(_, plan)| plan));
        above.into_iter().find(|address| self.stopped.contains(address))
    }

    fn find(&mut self, address: &Address, live: &'a LiveObject) {
        self.found.insert(address.clone(), Found { live, moved: false, older: Vec::new() });
    }
}

fn depends_on(declared: &Declared, stopped: &BTreeSet<Address>) -> bool {
    // It is asked for every object, mostly of a plan in which nothing is stopped.
    if stopped.is_empty() {
        return false;
    }
    let is_stopped = |address: &Address| stopped.contains(address);
    let key = declared.key.as_ref();
    is_stopped(&declared.address)
        || declared.parent.as_ref().is_some_and(|parent| {
            is_stopped(&parent.address) || (key.is_some() && is_stopped(&Address::user(&parent.address.first_name())))
        })
        || key.is_some_and(|key| is_stopped(&key.package.address) || is_stopped(&key.plan.address))
}

/// Matches all objects, parents before children. With `is_part`, other manifests may declare more objects, so a key that
/// could belong to them is not matched.
pub fn matching<'a>(desired: &Desired, live: &'a Live, values: &Values, is_part: bool) -> Matching<'a> {
    let mut matching = Matching::default();
    for kind in Kind::ALL {
        match kind {
            Kind::PackageKey => keys::find(desired, live, values, is_part, &mut matching),
            _ => named::find(kind, desired, live, &mut matching),
        }
    }
    matching.found.sort();
    matching.in_store.sort();
    odd::stop(desired, live, values, &mut matching);
    matching.unmatched = unmatched(live, &matching);
    odd::report(live, &mut matching);
    matching
}

/// The matches of the objects that manifests remove. `matching` are those of the other manifests.
pub fn matching_removed<'a>(
    removed: &Desired,
    live: &'a Live,
    values: &Values,
    is_part: bool,
    matching: &Matching<'a>,
) -> Matching<'a> {
    let mut found = Matching { renamed: matching.renamed.clone(), ..Matching::default() };
    for kind in Kind::ALL {
        match kind {
            Kind::PackageKey => keys::find(removed, live, values, is_part, &mut found),
            _ => named::find(kind, removed, live, &mut found),
        }
    }
    found.found.sort();
    odd::stop(removed, live, values, &mut found);
    found
}

fn unmatched<'a>(live: &'a Live, matching: &Matching<'a>) -> Vec<&'a LiveObject> {
    let found = matching.found.iter().flat_map(|(address, found)| {
        std::iter::once(&found.live).chain(&found.older).map(|live| (address.kind(), &live.id))
    });
    // Not by their places in the memory: of an object that a list shows twice, none is left over.
    let mut taken: HashSet<(Kind, &LiveId)> = HashSet::with_capacity(matching.found.len());
    taken.extend(found);
    let is_stopped = |object: &LiveObject| matching.stopped.contains(&matching.address_of(object));
    Kind::ALL
        .into_iter()
        .flat_map(|kind| live.of(kind).iter().map(move |object| (kind, object)))
        .filter(|(kind, object)| !taken.contains(&(*kind, &object.id)) && !is_stopped(object))
        .map(|(_, object)| object)
        .collect()
}

impl Matching<'_> {
    /// The address of an object in the manifests, with new names; package keys keep that of the store.
    pub fn known_as(&self, object: &LiveObject) -> Address {
        match self.renamed.get(&object.address) {
            Some(address) => address.clone(),
            None => self.address_of(object),
        }
    }

    /// The address of a named object with the names of its parents in the manifests.
    fn address_of(&self, object: &LiveObject) -> Address {
        match object.key {
            Some(_) => object.address.clone(),
            None => match (&object.parent, self.parent_of(object)) {
                // The same names, so the same memory.
                (known, parent) if *known == parent => object.address.clone(),
                (_, parent) => Address::below(object.address.kind(), parent.as_ref(), &object.name),
            },
        }
    }
}

#[cfg(test)]
mod tests;
