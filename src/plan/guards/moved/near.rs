//! What shows that an object of the store is the one that a manifest declares in another place.

use super::Strays;
use super::is_entry;
use crate::matching::begins;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Generated;
use crate::model::KeySource;
use crate::model::LiveObject;
use crate::model::desired::DeclaredKey;
use crate::model::own_prefix;
use crate::plan::draft;

impl<'c> Strays<'_, 'c> {
    /// Whether another workspace of the database declares an object: it is not left to nobody.
    pub(super) fn is_declared_elsewhere(&self, live: &LiveObject) -> bool {
        let remembered = self.context.remembered;
        remembered.objects.elsewhere(live, remembered.key.as_ref()).is_some()
    }

    /// Whether an earlier run saw an object without a manifest, so that no manifest was renamed since.
    pub(super) fn was_undeclared(&self, live: &LiveObject) -> bool {
        let remembered = self.context.remembered;
        remembered.objects.of(live, remembered.key.as_ref()).is_some_and(|known| known.is_undeclared)
    }

    /// The former names of a declared object. Those of an application are addresses below its new owner, so of one that got
    /// another owner too only the names say something.
    pub(super) fn former_names(&self, declared: &Address) -> Vec<String> {
        let declared = self.context.desired.get(declared).into_iter();
        declared.flat_map(|declared| &declared.previously).map(|former| former.address.name()).collect()
    }

    /// The keys of the user of an application, or of an application with its name or one that it had.
    pub(super) fn near(&self, application: &Address) -> std::vec::IntoIter<&'c LiveObject> {
        let names: Vec<String> = std::iter::once(application.name()).chain(self.former_names(application)).collect();
        self.index.near(&application.first_name(), &names)
    }

    /// Whether an object of the store has the name of a declared one, or one that it had.
    pub(super) fn has_name_of(&self, other: &Address, declared: &Address) -> bool {
        let name = other.name();
        name == declared.name() || self.former_names(declared).contains(&name)
    }

    /// The key of a manifest, in another place than declared, and what shows that.
    pub(super) fn key_elsewhere(&self, declared: &'c Declared) -> Option<(&'c LiveObject, &'static str)> {
        if self.matching.found.contains_key(&declared.address) {
            return None;
        }
        let known = || Some((self.known_key(declared)?, "the workspace database knows its id"));
        let in_place = || Some((self.stray_in_its_place(declared)?, "its value is where this key is delivered"));
        let former = || Some((self.of_a_former_application(declared)?, "a key that Keywright generated, too"));
        known().or_else(|| self.like_it(declared)).or_else(in_place).or_else(former)
    }

    /// A key with the value or the prefix of a declared one.
    fn like_it(&self, declared: &Declared) -> Option<(&'c LiveObject, &'static str)> {
        let generated = match &declared.key.as_ref()?.source {
            KeySource::Generate(generated) => generated,
            KeySource::Custom(_) => return Some((self.with_value(declared)?, "the same value")),
            KeySource::Existing(_) => return None,
        };
        if generated.prefix.is_empty() {
            return None;
        }
        let mut keys = self.index.like(generated).filter(|live| {
            live.key.as_ref().is_some_and(|key| begins(key.value.expose(), generated))
                && self.is_near(live, declared, generated)
        });
        let with_prefix = keys.next().map(|live| (live, "a key with its prefix"));
        with_prefix.or_else(|| Some((self.of_another_application(declared)?, "a key of `Application.packages`")))
    }

    /// The key that the database knows under the address of a declared one.
    fn known_key(&self, declared: &Declared) -> Option<&'c LiveObject> {
        self.known.get(&declared.address.to_string())?.first().copied()
    }

    /// The key that Keywright created for an entry of `Application.packages` that no manifest has any more, if only the
    /// owner or the name of the application is another one. Its prefix shows the place that it was created for.
    fn of_another_application(&self, declared: &Declared) -> Option<&'c LiveObject> {
        let (parent, key) = (declared.parent.as_ref()?, declared.key.as_ref()?);
        if !is_entry(&declared.address) {
            return None;
        }
        let (parent, package) = (&parent.address, &key.package.address);
        let was_made_for = |live: &LiveObject, entry: &Address| {
            let prefix = own_prefix(&entry.to_string());
            live.key.as_ref().is_some_and(|key| key.value.expose().starts_with(&*prefix))
                && self.context.desired.manifest_of(entry).is_none()
        };
        let is_it = |live: &&'c LiveObject| {
            let Some((application, theirs)) = self.place_of(live) else { return false };
            let user = application.first_name();
            let is_near = user == parent.first_name() || self.has_name_of(&application, parent);
            // The prefix is from the names of that time.
            let names: Vec<String> = std::iter::once(application.name()).chain(self.former_names(parent)).collect();
            let mut packages = std::iter::once(theirs.name()).chain(self.former_names(package));
            let is_of_pair = is_near && self.has_name_of(&theirs, package);
            !self.was_undeclared(live)
                && !self.is_declared_elsewhere(live)
                && (is_of_pair || self.may_be_renamed(live, declared, &application, &theirs))
                && packages.any(|package| {
                    names.iter().any(|name| was_made_for(live, &Address::key_of_application(&user, name, &package)))
                })
        };
        self.near(parent).find(is_it)
    }

    fn with_value(&self, declared: &Declared) -> Option<&'c LiveObject> {
        let value = self.context.values.get(&declared.address)?.digest();
        let package = &declared.key.as_ref()?.package.address;
        let is_it = |live: &&LiveObject| self.place_of(live).is_some_and(|(_, theirs)| theirs == *package);
        self.index.with_value(value).find(is_it)
    }

    /// Whether a key with the prefix is in a place that has something in common with the declared one. Nobody else has a
    /// prefix that Keywright chose for the address.
    fn is_near(&self, live: &LiveObject, declared: &Declared, generated: &Generated) -> bool {
        let Some((application, package)) = self.place_of(live) else { return false };
        let (Some(parent), Some(key)) = (&declared.parent, &declared.key) else { return false };
        let is_there = parent.address == application && key.package.address == package;
        let is_own = generated.prefix == own_prefix(&declared.address.to_string());
        let is_of_application = parent.address == application;
        let is_ours = parent.address.first_name() == application.first_name()
            || self.has_name_of(&application, &parent.address)
            || self.context.desired.get(&application).is_some();
        let is_of_package = self.has_name_of(&package, &key.package.address) && is_ours;
        let is_of_length = || live.key.as_ref().is_some_and(|it| it.value.expose().len() == self.length(key));
        let is_renamed = || is_of_length() && self.may_be_renamed(live, declared, &application, &package);
        let is_akin = || is_of_application || is_of_package || is_renamed();
        !is_there && (is_own || (!self.was_undeclared(live) && is_akin()))
    }

    /// Whether an application and a package may be the declared ones, the package or both with new names: no manifest has the
    /// old names, the store does not have the new ones, and the user or the name of the application is the same.
    fn may_be_renamed(&self, live: &LiveObject, declared: &Declared, application: &Address, package: &Address) -> bool {
        let (Some(parent), Some(key)) = (&declared.parent, &declared.key) else { return false };
        let is_gone = |old: &Address| self.context.desired.manifest_of(old).is_none();
        let is_new = |new: &Address| !self.matching.found.contains_key(new);
        let is_akin =
            parent.address.first_name() == application.first_name() || self.has_name_of(application, &parent.address);
        is_akin
            && (*application == parent.address || (is_gone(application) && is_new(&parent.address)))
            && is_gone(package)
            && is_new(&key.package.address)
            && !self.is_declared_elsewhere(live)
    }

    /// The length of the values that are generated for a key.
    pub(super) fn length(&self, key: &DeclaredKey) -> usize {
        draft::length(self.context, self.matching, key)
    }
}
