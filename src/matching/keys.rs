//! Matches package keys: existing keys by id, custom keys by value, generated keys by application, package and prefix. A custom
//! key whose value was not read (KW-033) is the only remaining key of its application and package.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;

use super::Found;
use super::Matching;
use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::Digest;
use crate::model::ExistingKey;
use crate::model::Generated;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Presence;
use crate::model::desired::DeclaredKey;
use crate::rules;
use crate::rules::values::Values;

/// A key of the store, with the addresses of its application and package in the manifests.
struct Slotted<'a> {
    live: &'a LiveObject,
    application: Address,
    package: Address,
}

impl Slotted<'_> {
    const fn slot(&self) -> (&Address, &Address) {
        (&self.application, &self.package)
    }
}

struct Keys<'a> {
    all: Vec<Slotted<'a>>,
    /// Sorted: an area may have hundreds of thousands of keys, and a map takes several times as much memory.
    by_id: Vec<(&'a LiveId, usize)>,
    /// Sorted, too.
    by_value: Vec<(Digest, usize)>,
    /// Indexes of `all`, sorted by application and package.
    by_slot: Vec<usize>,
    claimed: HashSet<&'a LiveId>,
    /// The keys that are in the store, but not understood.
    odd: BTreeSet<&'a LiveId>,
    is_part: bool,
}

pub(super) fn find<'a>(desired: &Desired, live: &'a Live, values: &Values, is_part: bool, matching: &mut Matching<'a>) {
    let mut keys = Keys::of(live, values, is_part, matching);
    let declared: Vec<(&Declared, &DeclaredKey)> =
        desired.of(Kind::PackageKey).filter_map(|object| Some((object, object.key.as_deref()?))).collect();
    let custom =
        |(object, _): &&(&Declared, &DeclaredKey)| values.get(&object.address).map(crate::model::Secret::digest);
    for (object, key) in &declared {
        match &key.source {
            KeySource::Existing(existing) => keys.find_existing(object, key, existing, matching),
            KeySource::Generate(generated) => keys.reserve_first(object, key, generated),
            KeySource::Custom(_) => {}
        }
    }
    // Exact matches first: a key that seems to have moved may be an exact match of another manifest.
    for entry in &declared {
        if let Some(digest) = custom(&entry) {
            keys.find_exact(entry.0, entry.1, digest, matching);
        }
    }
    for entry in declared.iter().filter(|(object, _)| !matching.found.contains_key(&object.address)).collect::<Vec<_>>()
    {
        if let Some(digest) = custom(&entry) {
            keys.find_moved(entry.0, entry.1, digest, desired, matching);
        }
    }
    keys.find_unread(&declared, values, matching);
    for (object, key) in &declared {
        if let KeySource::Generate(generated) = &key.source {
            keys.find_generated(object, key, generated, matching);
        }
    }
}

impl<'a> Keys<'a> {
    fn of(live: &'a Live, values: &Values, is_part: bool, matching: &Matching<'a>) -> Self {
        let odd = live.odd().iter().filter(|row| row.kind == Kind::PackageKey);
        let mut keys = Self {
            all: Vec::new(),
            by_id: Vec::new(),
            by_value: Vec::new(),
            by_slot: Vec::new(),
            claimed: HashSet::new(),
            odd: odd.filter_map(|row| row.id.as_ref()).collect(),
            is_part,
        };
        for object in live.of(Kind::PackageKey) {
            let (Some(key), Some(application)) = (&object.key, matching.parent_of(object)) else { continue };
            let package = matching.translated(&key.package);
            let index = keys.all.len();
            keys.by_id.push((&object.id, index));
            // Only values that manifests declare are looked for.
            if !values.is_empty() {
                keys.by_value.push((key.value.digest(), index));
            }
            keys.all.push(Slotted { live: object, application, package });
        }
        keys.by_id.sort_unstable();
        keys.by_value.sort_unstable();
        keys.by_slot = (0..keys.all.len()).collect();
        keys.by_slot.sort_by(|&one, &other| keys.all[one].slot().cmp(&keys.all[other].slot()));
        keys
    }

    /// The keys of an application for a package, in the order of the store.
    fn in_slot(&self, application: &Address, package: &Address) -> &[usize] {
        let slot = (application, package);
        let start = self.by_slot.partition_point(|&index| self.all[index].slot() < slot);
        let count = self.by_slot[start..].partition_point(|&index| self.all[index].slot() == slot);
        &self.by_slot[start..start + count]
    }

    /// The unclaimed keys with this value for which `fits` holds.
    fn with_value(&self, digest: Digest, fits: impl Fn(&Slotted<'a>) -> bool) -> Vec<&'a LiveObject> {
        let start = self.by_value.partition_point(|(other, _)| *other < digest);
        let same = self.by_value[start..].iter().take_while(|(other, _)| *other == digest);
        let candidates = same.map(|&(_, index)| &self.all[index]);
        candidates.filter(|key| fits(key) && !self.claimed.contains(&key.live.id)).map(|key| key.live).collect()
    }

    fn find_exact(&mut self, object: &Declared, key: &DeclaredKey, digest: Digest, matching: &mut Matching<'a>) {
        let Some(application) = &object.parent else { return };
        let is_it = |slot: &Slotted<'a>| slot.package == key.package.address && slot.application == application.address;
        let hits = self.with_value(digest, is_it);
        self.take(object, &hits, false, matching);
    }

    /// Finds the same value in another application or another package. The other application or its user must be declared:
    /// otherwise the key may belong to someone else.
    fn find_moved(
        &mut self,
        object: &Declared,
        key: &DeclaredKey,
        digest: Digest,
        desired: &Desired,
        matching: &mut Matching<'a>,
    ) {
        let Some(application) = &object.parent else { return };
        let in_package = self.with_value(digest, |slot| slot.package == key.package.address);
        if in_package.is_empty() {
            // Several packages may contain the same value, so another manifest may declare the other key.
            let hits = self.with_value(digest, |slot| slot.application == application.address && !self.is_part);
            return self.take(object, &hits, true, matching);
        }
        let is_ours = |live: &&&LiveObject| {
            let Some(owner) = matching.parent_of(live) else { return false };
            let user = Address::user(&owner.first_name());
            !self.is_part && (desired.objects.contains_key(&owner) || desired.objects.contains_key(&user))
        };
        match in_package.iter().find(|live| !is_ours(live)) {
            None => self.take(object, &in_package, true, matching),
            Some(other) => {
                let message =
                    format!("{} has the same value as {}, which is not declared here", object.address, other.address);
                let place = crate::rules::values::source_place(&key.source, object.place);
                let problem = rules::CAM_025.finding(message).at(place);
                let place = matching.parent_of(other).map_or_else(String::new, |owner| format!(" in {owner}"));
                let help = format!(
                    "if it is this key, declare it where it is now{place}; otherwise choose another value, because a value \
                     is unique in a package"
                );
                matching.stop(object, problem.help(help));
            }
        }
    }

    fn take(&mut self, object: &Declared, hits: &[&'a LiveObject], moved: bool, matching: &mut Matching<'a>) {
        match hits {
            [] => {}
            [one] => {
                self.claimed.insert(&one.id);
                matching.found.insert(object.address.clone(), Found { live: one, moved, older: Vec::new() });
            }
            [_, ..] => {
                let message = format!("more than one key in the store matches {}", object.address);
                let problem = rules::CAM_049.finding(message).at(object.place);
                let help = "write the id of the right one, `key: {existing: ID}`; `keywright export` shows the ids";
                matching.stop(object, problem.help(help));
                self.claimed.extend(hits.iter().map(|hit| &hit.id));
                matching.stopped.extend(hits.iter().map(|hit| hit.address.clone()));
            }
        }
    }

    /// Matches the custom keys without a known value. If it is uncertain which key of the store one is, the plan leaves out
    /// all keys that it could be.
    fn find_unread(&mut self, declared: &[(&Declared, &DeclaredKey)], values: &Values, matching: &mut Matching<'a>) {
        let is_unread = |object: &Declared, key: &DeclaredKey| {
            matches!(key.source, KeySource::Custom(_)) && !values.contains_key(&object.address)
        };
        if !declared.iter().any(|(object, key)| is_unread(object, key)) {
            return;
        }
        let mut slots: BTreeMap<(&Address, &Address), Vec<(&Declared, &DeclaredKey)>> = BTreeMap::new();
        for (object, key) in declared {
            let Some(application) = &object.parent else { continue };
            slots.entry((&application.address, &key.package.address)).or_default().push((object, key));
        }
        let mut unread = Vec::new();
        for (slot, declared) in slots {
            let wanted: Vec<&Declared> =
                declared.iter().filter(|(object, key)| is_unread(object, key)).map(|(object, _)| *object).collect();
            if !wanted.is_empty() {
                let generated: Vec<(&Declared, &Generated)> = declared.iter().filter_map(generated).collect();
                self.find_unread_in((slot.0.clone(), slot.1.clone()), &wanted, &generated, matching);
                unread.extend(wanted);
            }
        }
        if let Some(first) = unread.first() {
            let names: Vec<String> = unread.iter().map(|object| object.address.to_string()).collect();
            let names = crate::text::and_more(&names, 5, ", ");
            let message = format!("this plan does not know the value of {names}: programs run only in apply");
            let problem = rules::KW_033.finding(message).at(first.place);
            matching.diagnostics.push(problem.help("apply reads the values before it shows its own plan"));
        }
    }

    fn find_unread_in(
        &mut self,
        slot: (Address, Address),
        wanted: &[&Declared],
        generated: &[(&Declared, &Generated)],
        matching: &mut Matching<'a>,
    ) {
        let is_generated = |live: &LiveObject| {
            generated.iter().any(|(_, generated)| !generated.by_store && has_prefix(live, generated))
        };
        let all = self.in_slot(&slot.0, &slot.1).iter().map(|&index| self.all[index].live);
        let hits: Vec<&'a LiveObject> =
            all.filter(|live| !self.claimed.contains(&live.id) && !is_generated(live)).collect();
        let without_prefix = generated.iter().filter(|(_, generated)| generated.by_store).map(|(object, _)| *object);
        let could_be: Vec<&Declared> = wanted.iter().copied().chain(without_prefix).collect();
        match (&hits[..], &could_be[..]) {
            ([], _) => {}
            ([_], [only]) if !self.is_part => self.take(only, &hits, false, matching),
            _ => {
                let names: Vec<String> = could_be.iter().map(|object| object.address.to_string()).collect();
                let message = format!(
                    "this plan cannot determine which key in the store is {}, and leaves out all of them",
                    crate::text::and_more(&names, 5, " or ")
                );
                let problem = rules::KW_033.also(message).at(wanted[0].place);
                matching.diagnostics.push(problem.help("apply reads the values and finds the keys by them"));
                matching.stopped.extend(could_be.iter().map(|object| object.address.clone()));
                matching.stopped.extend(hits.iter().map(|hit| hit.address.clone()));
                self.claimed.extend(hits.iter().map(|hit| &hit.id));
            }
        }
    }

    /// The key with a declared id, which must be in the declared application and package.
    fn find_existing(
        &mut self,
        object: &Declared,
        key: &DeclaredKey,
        existing: &ExistingKey,
        matching: &mut Matching<'a>,
    ) {
        match self.with_id(object, key, existing) {
            Ok(Some(live)) => self.take(object, &[live], false, matching),
            // `odd` says what is wrong with it.
            Ok(None) if self.odd.contains(&existing.id) || object.presence == Presence::Removed => {}
            Ok(None) => {
                let message = format!("the key of {} is not in the store", object.address);
                let problem = rules::CAM_063.finding(message).at(existing.place);
                let help = "remove the manifest, or write `generate` beside `existing` to get a new key in its place";
                matching.stop(object, problem.help(help));
            }
            Err(problem) => matching.stop(object, *problem),
        }
    }

    /// A key that one manifest names by its id is not a match of another manifest, whatever its value.
    fn reserve_first(&mut self, object: &Declared, key: &DeclaredKey, generated: &Generated) {
        let first = generated.first.as_ref().and_then(|first| self.with_id(object, key, first).ok().flatten());
        self.claimed.extend(first.map(|live| &live.id));
    }

    /// The key with an id; an error if another application or package has it.
    fn with_id(
        &self,
        object: &Declared,
        key: &DeclaredKey,
        existing: &ExistingKey,
    ) -> Result<Option<&'a LiveObject>, Box<Diagnostic>> {
        // Of several keys with one id, the last one.
        let end = self.by_id.partition_point(|(id, _)| *id <= &existing.id);
        let last = self.by_id[..end].last().filter(|(id, _)| **id == existing.id);
        let Some(slot) = last.map(|&(_, index)| &self.all[index]) else { return Ok(None) };
        let application = object.parent.as_ref().map(|parent| &parent.address);
        if Some(&slot.application) == application && slot.package == key.package.address {
            return Ok(Some(slot.live));
        }
        let message = format!("the key of {} belongs to {} and {}", object.address, slot.application, slot.package);
        let problem = rules::CAM_063.finding(message).at(existing.place);
        Err(Box::new(problem.help("declare the application and the package that the key has in the store")))
    }

    fn find_generated(
        &mut self,
        object: &Declared,
        key: &DeclaredKey,
        generated: &Generated,
        matching: &mut Matching<'a>,
    ) {
        let Some(application) = &object.parent else { return };
        let first = match generated.first.as_ref().map(|first| self.with_id(object, key, first)).transpose() {
            Ok(first) => first.flatten(),
            Err(problem) => return matching.stop(object, *problem),
        };
        let indexes = self.in_slot(&application.address, &key.package.address);
        let mut generations: Vec<&'a LiveObject> = indexes
            .iter()
            .map(|&index| self.all[index].live)
            .filter(|live| !self.claimed.contains(&live.id))
            .filter(|live| first.is_none_or(|first| first.id != live.id) && has_prefix(live, generated))
            .collect();
        if generated.by_store && generations.len() > 1 {
            // Without a prefix nothing distinguishes the value that the store created from others.
            return self.take(object, &generations, false, matching);
        }
        generations.sort_by_key(|live| Reverse((live.created, &live.id)));
        // The declared first generation is the oldest, whatever its date.
        generations.extend(first);
        self.claimed.extend(generations.iter().map(|live| &live.id));
        let mut generations = generations.into_iter();
        if let Some(newest) = generations.next() {
            let older = generations.collect();
            matching.found.insert(object.address.clone(), Found { live: newest, moved: false, older });
        }
    }
}

/// The key, if its value is generated.
fn generated<'d>((object, key): &(&'d Declared, &'d DeclaredKey)) -> Option<(&'d Declared, &'d Generated)> {
    match &key.source {
        KeySource::Generate(generated) => Some((object, generated)),
        KeySource::Custom(_) | KeySource::Existing(_) => None,
    }
}

/// Whether a value begins as the values of a generated key do.
fn has_prefix(live: &LiveObject, generated: &Generated) -> bool {
    live.key.as_ref().is_some_and(|key| begins(key.value.expose(), generated))
}

pub fn begins(value: &str, generated: &Generated) -> bool {
    value.starts_with(&*generated.prefix) || generated.former.iter().any(|former| value.starts_with(&**former))
}
