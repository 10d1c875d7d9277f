//! KW-145: a key with another name in the manifests, in its old place. A key without a declared prefix is found by its name.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Found;
use super::Stray;
use super::Strays;
use super::delivered::lives;
use super::index::Place;
use super::is_entry;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::has_own_prefix;
use crate::model::own_prefix;
use crate::plan::Remembered;
use crate::plan::consent::is_allowed;
use crate::plan::known::trace_of;
use crate::plan::strangers::is_known_as;
use crate::rules;

/// What to do if an entry of `Application.packages` has the key of an earlier entry.
const OLD_NAMES: &str = "keep the old names of its application and its package under `previously`";

/// The same for the key of a manifest of its own.
const OLD_MANIFEST: &str = "keep its PackageKey manifest instead of the entry of `Application.packages`";

/// The keys of the manifests, by the prefix that each has without a declared one.
pub(super) struct Labels<'a>(BTreeMap<Box<str>, &'a Address>);

impl<'a> Labels<'a> {
    pub(super) fn of(desired: &'a Desired) -> Self {
        let keys = desired.of(Kind::PackageKey).map(|key| (own_prefix(&key.address.to_string()), &key.address));
        Self(keys.collect())
    }

    fn find(&self, value: &str) -> Option<&'a Address> {
        // Such a prefix ends with its only underscore.
        let end = value.find('_')?;
        self.0.get(value.get(..=end)?).copied()
    }
}

impl Strays<'_, '_> {
    /// A key in the place of a declared one that has the prefix of another name: one that no manifest has any more, or one
    /// that another key has now.
    pub(super) fn renamed_key(&self, declared: &Declared) -> Found {
        let (parent, key) = (declared.parent.as_ref()?, declared.key.as_ref()?);
        let place = (parent.address.clone(), key.package.address.clone());
        let is_it = |live: &LiveObject| !self.is_declared_elsewhere(live) && !self.was_undeclared(live);
        let (former, live) = self.index.in_place(&place).find_map(|live| {
            let former = self.former_name(live, declared)?;
            is_it(live).then_some((former, live))
        })?;
        let message =
            format!("{} would be created beside {}, which was declared as {former}", declared.address, live.address);
        let help = if is_entry(&declared.address) && is_entry(&former) {
            format!("if it is the same key, {OLD_NAMES}")
        } else if is_entry(&declared.address) {
            format!("if it is the same key, {OLD_MANIFEST}")
        } else if is_entry(&former) || self.context.desired.get(&former).is_some() || !has_prefix_of(live, &former) {
            let id = crate::text::line(live.id.expose()).into_owned();
            format!("if it is the same key, write `key: {{existing: {id}}}`")
        } else {
            format!("if it was renamed, write `previously: [{}]`", crate::text::line(&former.name()))
        };
        Some(Stray::new(&rules::KW_145, message, help))
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
        let entry = || self.former_entry(live).filter(|entry| *entry != declared.address);
        known.filter(is_former).or_else(|| self.labels.find(value).filter(is_taken).cloned()).or_else(entry)
    }

    /// The entry of `Application.packages` that a key was created for, if its place is still the same and the entry is gone.
    fn former_entry(&self, live: &LiveObject) -> Option<Address> {
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
        let (parent, key) = (declared.parent.as_ref()?, declared.key.as_ref()?);
        let place = (parent.address.clone(), key.package.address.clone());
        let is_it = |live: &&LiveObject| {
            lives(live, self.context)
                && is_known_as(live, declared, self.context)
                && !self.was_undeclared(live)
                // The new key is no second one if the old one goes.
                && !is_allowed(&live.address, self.context)
        };
        let live = self.index.in_place(&place).find(is_it)?;
        let what = match key.source {
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

    /// KW-145: a key beside one that Keywright generated, too, in the same place, on a machine that cannot know for which
    /// manifest: it may have had another name or another prefix.
    pub(super) fn beside_an_orphan(&self, declared: &Declared) -> Found {
        let (parent, key) = (declared.parent.as_ref()?, declared.key.as_ref()?);
        let KeySource::Generate(_) = &key.source else { return None };
        if self.context.remembered.has_had(&declared.address) {
            return None;
        }
        let place = (parent.address.clone(), key.package.address.clone());
        let length = self.length(key);
        let is_of_form = |value: &str| value.len() == length && is_generated(value);
        let is_it = |live: &&LiveObject| {
            live.key.as_ref().is_some_and(|key| is_of_form(key.value.expose()))
                && lives(live, self.context)
                && self.removals.going(live).is_none()
                && self.is_unknown(live)
        };
        let live = self.index.in_place(&place).find(is_it).or_else(|| self.only_one_there(declared, &place, length))?;
        let message = format!(
            "{} would be created beside {}, which Keywright may have generated for a manifest that has another name or \
             another prefix, or is gone",
            declared.address, live.address
        );
        let help = if is_entry(&declared.address) {
            format!("if it is the same key, {OLD_NAMES}, or {OLD_MANIFEST}")
        } else {
            let id = crate::text::line(live.id.expose());
            format!(
                "if it is the same key, write its old prefix, or its old name under `previously`, or `key: {{existing: {id}}}`"
            )
        };
        Some(Stray::new(&rules::KW_145, message, help))
    }

    /// The only key in use without a manifest in the place of a document, if it looks like one that the settings of its package
    /// make, on a machine that does not know the application either: a prefix without a separator shows nothing, and neither
    /// does a value of the store. Beside an entry of `Application.packages`, it may as well be a person's.
    fn only_one_there(&self, declared: &Declared, place: &Place, length: usize) -> Option<&LiveObject> {
        let mut living = self.index.in_place(place).filter(|live| lives(live, self.context));
        let only = living.next().filter(|_| living.next().is_none())?;
        let is_of_form = |value: &str| value.len() == length && is_generated_without_separator(value);
        let is_it = !is_entry(&declared.address)
            && only.key.as_ref().is_some_and(|key| is_of_form(key.value.expose()))
            && self.removals.going(only).is_none()
            && self.is_unknown(only)
            && !self.context.remembered.has_had(&place.0);
        is_it.then_some(only)
    }

    /// Whether no run that this machine knows of, of any workspace, saw a key.
    fn is_unknown(&self, live: &LiveObject) -> bool {
        let Remembered { objects, key, .. } = self.context.remembered;
        let is_apart =
            || trace_of(Kind::PackageKey, &live.id, key.as_ref()).is_some_and(|it| objects.apart(&it).is_some());
        objects.of(live, key.as_ref()).is_none() && !self.is_declared_elsewhere(live) && !is_apart()
    }
}

impl<'c> Strays<'_, 'c> {
    /// A key in use of an entry of `Application.packages` that no manifest has any more, in the package of a declared entry. Its
    /// application has no manifest either, and that of the declared one is created: it may be the same with another name and
    /// another owner. Without memory only if it has keys for the same packages, of a declared user.
    pub(super) fn entry_of_another_application(&self, declared: &Declared) -> Option<(String, &'c LiveObject)> {
        let (parent, package) = (&declared.parent.as_ref()?.address, &declared.key.as_ref()?.package.address);
        if !is_entry(&declared.address) || self.matching.found.contains_key(parent) {
            return None;
        }
        let ours = self.holders.keys_of(parent).filter(|key| is_entry(&key.address));
        let ours: BTreeSet<String> =
            ours.filter_map(|key| key.key.as_ref()).map(|key| key.package.address.name()).collect();
        let names = std::iter::once(package.name()).chain(self.former_names(package));
        let former = names.filter_map(|name| self.entries.find(&name, &ours)).min_by_key(|(at, _)| *at);
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
    /// The first one that the database knows, by the name of its package.
    known: BTreeMap<String, usize>,
    /// The first one of a declared user, by the name of its package and those of all packages of its application.
    of_declared: BTreeMap<(String, BTreeSet<String>), usize>,
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
                entries.known.entry(package.clone()).or_insert(at);
            } else if context.desired.get(&Address::user(&application.first_name())).is_some() {
                let all = packages.get(application).cloned().unwrap_or_default();
                entries.of_declared.entry((package.clone(), all)).or_insert(at);
            }
        }
        entries.all = found.into_iter().map(|(former, ..)| former).collect();
        entries
    }

    /// The first one in a package that the database knows, or that is of a declared user and of an application with keys for
    /// exactly these packages.
    fn find(&self, package: &str, packages: &BTreeSet<String>) -> Option<(usize, &FormerEntry<'c>)> {
        let of_declared = self.of_declared.get(&(package.to_owned(), packages.clone()));
        let at = *self.known.get(package).into_iter().chain(of_declared).min()?;
        self.all.get(at).map(|former| (at, former))
    }
}

/// Whether a value looks like one that Keywright generates behind a prefix. One that a portal generates has no separator.
fn is_generated(value: &str) -> bool {
    let end = value.rfind(['_', '-', '.']).filter(|end| *end > 0);
    let random = end.and_then(|end| value.get(end + 1..)).unwrap_or_default();
    let is_of_alphabet = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
    random.len() * 2 >= value.len() && random.bytes().all(is_of_alphabet)
}

/// The same for a prefix without a separator, or a value of the store.
fn is_generated_without_separator(value: &str) -> bool {
    let is_of_alphabet = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
    let (start, end) = value.as_bytes().split_at(value.len() / 2);
    start.iter().all(u8::is_ascii_alphanumeric) && end.iter().all(|byte| is_of_alphabet(*byte))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_value_has_a_separator_and_at_least_half_of_it_is_random() {
        for (value, expected) in [
            ("chk_abcdefgh", true),
            ("chk-abcdefgh", true),
            ("chk.a0b1c2d3", true),
            ("my_chk_abcdefg", true),
            ("chk_abcd", true),
            ("chkk_abcd", false),
            ("a_bcdefgh", true),
            ("_bcdefgh", false),
            ("abcdefgh", false),
            ("chk_ABCDEFGH", false),
            ("chk_abcdefg#", false),
        ] {
            assert_eq!(is_generated(value), expected, "{value}");
        }
    }

    #[test]
    fn without_a_separator_the_second_half_is_random() {
        for (value, expected) in
            [("ABCdef", true), ("A0C1d2", true), ("ABCDef", false), ("A_Cdef", false), ("ABCd_f", false)]
        {
            assert_eq!(is_generated_without_separator(value), expected, "{value}");
        }
    }
}
