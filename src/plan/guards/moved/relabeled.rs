//! KW-145: a key with another name in the manifests, in its old place. A key without a declared prefix is found by its name.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Found;
use super::Stray;
use super::Strays;
use super::delivered::lives;
use super::is_entry;
use super::lost::Former;
use super::lost::Taken;
use crate::matching::begins;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::has_own_prefix;
use crate::model::own_prefix;
use crate::plan::consent::is_allowed;
use crate::plan::known::Maker;
use crate::plan::strangers::is_known_as;
use crate::rules;

/// What to do if an entry of `Application.packages` has the key of an earlier entry.
const OLD_NAMES: &str = "keep the old names of its application and its package under `previously`";

/// What works for every key, whatever it was declared by.
pub(super) fn in_manifest(live: &LiveObject) -> String {
    let id = crate::text::line(live.id.expose());
    format!(
        "declare it in a PackageKey manifest with `key: {{existing: {id}}}` instead of the entry of `Application.packages`"
    )
}

/// The keys of the manifests, by the prefix that each has without a declared one.
pub(super) struct Labels<'a>(BTreeMap<Box<str>, &'a Address>);

impl<'a> Labels<'a> {
    pub(super) fn of(desired: &'a Desired) -> Self {
        let keys = desired.of(Kind::PackageKey).map(|key| (own_prefix(&key.address.to_string()), &key.address));
        Self(keys.collect())
    }

    pub(super) fn find(&self, value: &str) -> Option<&'a Address> {
        // Such a prefix ends with its only underscore.
        let end = value.find('_')?;
        self.0.get(value.get(..=end)?).copied()
    }
}

impl<'c> Strays<'_, 'c> {
    /// A key in the place of a declared one that has the prefix of another name: one that no manifest has any more, or one
    /// that another key has now.
    pub(super) fn renamed_key(&self, declared: &Declared) -> Found {
        let (former, live) = self.renamed_from(declared)?;
        let id = crate::text::line(live.id.expose());
        let message =
            format!("{} would be created beside {}, which was declared as {former}", declared.address, live.address);
        let help = if is_entry(&declared.address) && is_entry(&former) {
            self.same_entry(live, declared)
        } else if is_entry(&declared.address) {
            format!("if it is the same key, {}", in_manifest(live))
        } else if is_entry(&former) || self.context.desired.get(&former).is_some() || !has_prefix_of(live, &former) {
            format!("if it is the same key, write `key: {{existing: {id}}}`")
        } else {
            format!("if it was renamed, write `previously: [{}]`", crate::text::line(&former.name()))
        };
        Some(Stray::new(&rules::KW_145, message, help))
    }

    /// What to do if an entry of `Application.packages` has the key of an earlier entry.
    pub(super) fn same_entry(&self, live: &LiveObject, declared: &Declared) -> String {
        let by_id = in_manifest(live);
        if self.are_names_exchanged(live, declared) {
            format!("if it is the same key, {by_id}")
        } else {
            format!("if it is the same key, {OLD_NAMES}, or {by_id}")
        }
    }

    /// Whether a key has the prefix of an entry with the name of another application or package that the manifests declare.
    /// Under `previously` it would make a circle (KW-016).
    fn are_names_exchanged(&self, live: &LiveObject, declared: &Declared) -> bool {
        let Some((parent, key)) = declared.parent.as_ref().zip(declared.key.as_ref()) else { return false };
        let (application, package) = (&parent.address, &key.package.address);
        let entry = |application: &Address, package: &Address| {
            Address::key_of_application(&application.first_name(), &application.name(), &package.name())
        };
        let desired = self.context.desired;
        let of_others = desired.of(Kind::Application).map(|other| entry(&other.address, package));
        let mut all = of_others.chain(desired.of(Kind::Package).map(|other| entry(application, &other.address)));
        all.any(|entry| entry != declared.address && has_prefix_of(live, &entry))
    }

    /// Such a key, and the name that it had.
    pub(super) fn renamed_from(&self, declared: &Declared) -> Option<(Address, &'c LiveObject)> {
        let (parent, key) = (declared.parent.as_ref()?, declared.key.as_ref()?);
        let place = (parent.address.clone(), key.package.address.clone());
        let is_it = |live: &LiveObject| !self.is_declared_elsewhere(live) && !self.was_undeclared(live);
        self.index.in_place(&place).find_map(|live| {
            let former = self.former_name(live, declared)?;
            is_it(live).then_some((former, live))
        })
    }

    /// The name that a key without a declared prefix had last, if that name is gone or is the name of another key now. If it is
    /// still the name of the declared key, `previously` lost the one by which the key got its prefix.
    fn former_name(&self, live: &LiveObject, declared: &Declared) -> Option<Address> {
        let value = live.key.as_ref()?.value.expose();
        let remembered = self.context.remembered;
        let known = remembered.objects.of(live, remembered.key.as_ref()).map(|known| &known.address);
        let known = known.filter(|_| has_own_prefix(value)).and_then(|address| Address::parse(address));
        let is_former = |address: &Address| {
            self.context.desired.manifest_of(address).is_none() || (*address == declared.address && has_own(declared))
        };
        let is_taken = |address: &&Address| **address != declared.address && self.matching.found.contains_key(address);
        let entry = || self.former_entry(live);
        known.filter(is_former).or_else(|| self.labels.find(value).filter(is_taken).cloned()).or_else(entry)
    }

    /// The entry of `Application.packages` that a key was created for, if its place is still the same and the entry is gone.
    pub(super) fn former_entry(&self, live: &LiveObject) -> Option<Address> {
        let remembered = self.context.remembered;
        if remembered.objects.of(live, remembered.key.as_ref()).is_some() || self.removals.going(live).is_some() {
            return None;
        }
        let (application, package) = self.place_of(live)?;
        let entry = Address::key_of_application(&application.first_name(), &application.name(), &package.name());
        let is_it = has_prefix_of(live, &entry) && self.context.desired.manifest_of(&entry).is_none();
        is_it.then_some(entry)
    }

    /// The entry that a key was created for, if no manifest has it any more.
    fn entry_of(&self, live: &LiveObject) -> Option<Address> {
        let remembered = self.context.remembered;
        let known = remembered.objects.of(live, remembered.key.as_ref());
        let known = known.and_then(|known| Address::parse(&known.address));
        let is_left = |entry: &Address| is_entry(entry) && self.context.desired.manifest_of(entry).is_none();
        known.filter(is_left).or_else(|| self.former_entry(live))
    }

    /// KW-129: the key of a manifest, in its place, with another prefix or another value than the manifest has now.
    pub(super) fn altered_key(&self, declared: &Declared) -> Found {
        let live = self.altered(declared)?;
        let what = match declared.key.as_ref()?.source {
            KeySource::Generate(_) => "prefix",
            KeySource::Custom(_) | KeySource::Existing(_) => "value",
        };
        let message = format!(
            "{} would be created with another {what}, but its key {} is in use",
            declared.address, live.address
        );
        let id = crate::text::line(live.id.expose());
        let help = format!("to keep that key, write its old {what} again, or `key: {{existing: {id}}}`");
        Some(Stray::new(&rules::KW_129, message, help))
    }

    pub(super) fn altered(&self, declared: &Declared) -> Option<&'c LiveObject> {
        let (parent, key) = (declared.parent.as_ref()?, declared.key.as_ref()?);
        let place = (parent.address.clone(), key.package.address.clone());
        let is_it = |live: &&'c LiveObject| {
            lives(live, self.context)
                && is_known_as(live, declared, self.context)
                && !self.was_undeclared(live)
                // The new key is no second one if the old one goes.
                && !is_allowed(&live.address, self.context)
        };
        self.index.in_place(&place).find(is_it)
    }

    /// The key of a generated one, which another manifest names by its id. It is the one that the database knows under its
    /// name, or one with its prefix that Keywright may have made: after a run that was refused, the database knows the other
    /// name.
    pub(super) fn taken_by_id(&self, declared: &Declared) -> Option<&'c LiveObject> {
        let (parent, key) = (declared.parent.as_ref()?, declared.key.as_ref()?);
        let KeySource::Generate(generated) = &key.source else { return None };
        let remembered = self.context.remembered;
        let has_prefix = |live: &LiveObject| {
            !generated.prefix.is_empty() && live.key.as_ref().is_some_and(|key| begins(key.value.expose(), generated))
        };
        let may_be_ours = |live: &LiveObject| {
            let known = remembered.objects.of(live, remembered.key.as_ref());
            known.is_none_or(|known| known.maker == Maker::Keywright)
        };
        let is_it = |live: &&&'c LiveObject| {
            lives(live, self.context)
                && (is_known_as(live, declared, self.context) || (has_prefix(live) && may_be_ours(live)))
        };
        let place = (parent.address.clone(), key.package.address.clone());
        self.named.get(&place)?.iter().find(is_it).copied()
    }
}

impl<'c> Strays<'_, 'c> {
    /// A key in use of an entry of `Application.packages` that no manifest has any more, in the package of a declared entry. Its
    /// application has no manifest either, and that of the declared one is created: it may be the same with another name and
    /// another owner. Without memory only if it has keys for the same packages, of a declared user.
    pub(super) fn entry_of_another_application(&self, declared: &Declared, taken: &Taken<'c>) -> Option<Former<'c>> {
        let (parent, package) = (&declared.parent.as_ref()?.address, &declared.key.as_ref()?.package.address);
        if !is_entry(&declared.address) || self.matching.found.contains_key(parent) {
            return None;
        }
        let ours = self.holders.keys_of(parent).filter(|key| is_entry(&key.address));
        let ours: BTreeSet<String> =
            ours.filter_map(|key| key.key.as_ref()).map(|key| key.package.address.name()).collect();
        let names = std::iter::once(package.name()).chain(self.former_names(package));
        let former = names.filter_map(|name| self.entries.find(&name, &ours, taken)).min_by_key(|(at, _)| *at);
        former.map(|(_, former)| (former.entry.to_string(), former.live))
    }

    /// A key in use that may be the one of a manifest without a prefix, on a machine that does not know it: Keywright
    /// generated one of this form, in the same package, for an application of the same user that no manifest has any more. It
    /// may have had several names.
    pub(super) fn of_a_former_application(&self, declared: &Declared) -> Option<&'c LiveObject> {
        let (parent, key) = (declared.parent.as_ref()?, declared.key.as_ref()?);
        let KeySource::Generate(_) = &key.source else { return None };
        let has_had = self.context.remembered.has_had(&declared.address);
        if has_had || !has_own(declared) || self.matching.found.contains_key(&parent.address) {
            return None;
        }
        let length = self.length(key);
        let is_of_form = |value: &str| {
            let is_generated = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
            // The prefix of another key of the manifests shows that it is that one.
            let is_free = self.labels.find(value).is_none_or(|address| *address == declared.address);
            value.len() == length && has_own_prefix(value) && value.bytes().skip(7).all(is_generated) && is_free
        };
        let is_place = |(application, package): (Address, Address)| {
            application.first_name() == parent.address.first_name()
                && self.context.desired.manifest_of(&application).is_none()
                && self.has_name_of(&package, &key.package.address)
        };
        let is_it = |live: &&'c LiveObject| {
            live.key.as_ref().is_some_and(|key| is_of_form(key.value.expose()))
                && lives(live, self.context)
                && self.place_of(live).is_some_and(is_place)
                && self.is_unknown(live)
                && self.removals.going(live).is_none()
        };
        self.near(&parent.address).find(is_it)
    }
}

/// A key in use of an entry of `Application.packages` that has no manifest any more, nor has its application.
#[derive(Clone)]
struct FormerEntry<'c> {
    entry: Address,
    live: &'c LiveObject,
}

/// Such keys, in their order, by what finds them.
#[derive(Default)]
pub(super) struct Entries<'c> {
    all: Vec<FormerEntry<'c>>,
    /// Those that the database knows, by the name of the package.
    known: BTreeMap<String, Vec<usize>>,
    /// Those of declared users, by the name of the package and those of all packages of the application.
    of_declared: BTreeMap<(String, BTreeSet<String>), Vec<usize>>,
}

impl<'c> Entries<'c> {
    pub(super) fn of(strays: &Strays<'_, 'c>) -> Self {
        let context = strays.context;
        let former = |live: &&'c LiveObject| {
            let (application, package) = strays.place_of(live)?;
            let is_gone = context.desired.get(&application).is_none() && lives(live, context);
            let is_free = is_gone && !strays.was_undeclared(live) && !strays.is_declared_elsewhere(live);
            let entry = strays.entry_of(live).filter(|_| is_free && strays.removals.going(live).is_none())?;
            Some((FormerEntry { entry, live }, application, package.name()))
        };
        let found: Vec<(FormerEntry<'c>, Address, String)> = strays.index.all.iter().filter_map(former).collect();
        let mut packages: BTreeMap<&Address, BTreeSet<String>> = BTreeMap::new();
        for (_, application, package) in &found {
            packages.entry(application).or_default().insert(package.clone());
        }
        let mut entries = Self::default();
        for (at, (former, application, package)) in found.iter().enumerate() {
            if !strays.is_unknown(former.live) {
                entries.known.entry(package.clone()).or_default().push(at);
            } else if context.desired.get(&Address::user(&application.first_name())).is_some() {
                let all = packages.get(application).cloned().unwrap_or_default();
                entries.of_declared.entry((package.clone(), all)).or_default().push(at);
            }
        }
        entries.all = found.into_iter().map(|(former, ..)| former).collect();
        entries
    }

    /// The first one without a pair in a package that the database knows, or that is of a declared user and of an application
    /// with keys for exactly these packages.
    fn find(&self, package: &str, packages: &BTreeSet<String>, taken: &Taken<'c>) -> Option<(usize, &FormerEntry<'c>)> {
        let of_declared = self.of_declared.get(&(package.to_owned(), packages.clone()));
        let all = self.known.get(package).into_iter().chain(of_declared).flatten();
        let open = all.filter_map(|at| Some((*at, self.all.get(*at)?)));
        open.filter(|(_, former)| !taken.contains(&former.live.id)).min_by_key(|(at, _)| *at)
    }
}

/// Whether a key has no declared prefix.
fn has_own(declared: &Declared) -> bool {
    match declared.key.as_ref().map(|key| &key.source) {
        Some(KeySource::Generate(generated)) => generated.prefix == own_prefix(&declared.address.to_string()),
        _ => false,
    }
}

fn has_prefix_of(live: &LiveObject, address: &Address) -> bool {
    live.key.as_ref().is_some_and(|key| key.value.expose().starts_with(&*own_prefix(&address.to_string())))
}
