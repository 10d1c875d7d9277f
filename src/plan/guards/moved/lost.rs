//! KW-149: keys in use that had a manifest until the last apply and have none in this run. One that is created may be the same,
//! also in a place that has little in common with the old one: an entry in another application of another user, a document
//! that becomes an entry elsewhere, or a key whose owner, application and package all have new names.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;

use super::Strays;
use super::delivered::lives;
use super::index::Place;
use super::is_entry;
use crate::matching::begins;
use crate::model::Address;
use crate::model::Declared;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;

/// The keys that have a pair.
pub(super) type Taken<'c> = BTreeSet<&'c LiveId>;

/// The address of a manifest that is gone, and its key.
pub(super) type Former<'c> = (String, &'c LiveObject);

/// What a lost key may have in common with a created one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Common {
    /// The names of the user and of the package.
    OfUserInPackage(String, String),
    InPackage(String),
    /// The name of the user; both have manifests of their own. An entry of `Application.packages` for another package is
    /// another one.
    DocumentsOfUser(String),
    /// The old application and the old package have no manifests, and the new ones are not in the store.
    Gone,
    ApiKey,
}

impl Common {
    pub(super) fn of_user_in_package(declared: &Declared, strays: &Strays<'_, '_>) -> Vec<Self> {
        let Some(parent) = &declared.parent else { return Vec::new() };
        let user = parent.address.first_name();
        package_names(declared, strays).into_iter().map(|name| Self::OfUserInPackage(user.clone(), name)).collect()
    }

    pub(super) fn in_package(declared: &Declared, strays: &Strays<'_, '_>) -> Vec<Self> {
        package_names(declared, strays).into_iter().map(Self::InPackage).collect()
    }

    pub(super) fn documents_of_user(declared: &Declared, strays: &Strays<'_, '_>) -> Vec<Self> {
        let is_document = strays.is_new_key(declared) && !is_entry(&declared.address);
        let parent = declared.parent.as_ref().filter(|_| is_document);
        parent.map(|parent| Self::DocumentsOfUser(parent.address.first_name())).into_iter().collect()
    }

    pub(super) fn gone(declared: &Declared, strays: &Strays<'_, '_>) -> Vec<Self> {
        let is_new = |address: &Address| !strays.matching.found.contains_key(address);
        let both = declared.parent.as_ref().zip(declared.key.as_ref()).filter(|_| strays.is_new_key(declared));
        let is_it = both.is_some_and(|(parent, key)| is_new(&parent.address) && is_new(&key.package.address));
        if is_it { vec![Self::Gone] } else { Vec::new() }
    }
}

/// The name of the package of a generated key, and those that it had.
fn package_names(declared: &Declared, strays: &Strays<'_, '_>) -> Vec<String> {
    let key = declared.key.as_ref().filter(|_| strays.is_new_key(declared));
    key.map_or_else(Vec::new, |key| {
        let package = &key.package.address;
        std::iter::once(package.name()).chain(strays.former_names(package)).collect()
    })
}

/// The lost keys that may have no pair so far, by what they may have in common with others.
pub(super) type Pools = BTreeMap<Common, VecDeque<usize>>;

/// Lost keys, in their order.
#[derive(Default)]
pub(super) struct Lost<'c> {
    all: Vec<Former<'c>>,
    by_id: BTreeMap<&'c LiveId, usize>,
    pools: Pools,
}

impl<'c> Lost<'c> {
    /// A new API key is no second one beside those that the same plan disables (`ends`).
    pub(super) fn of(strays: &Strays<'_, 'c>, ends: &BTreeSet<&LiveId>) -> Self {
        let mut lost = Self::default();
        // The manifests of a part say nothing about what other files declare.
        if strays.context.options.is_part {
            return lost;
        }
        let is_disabled = |live: &LiveObject| live.key.is_none() && ends.contains(&live.id);
        let stays = |live: &&&LiveObject| !is_disabled(live) || strays.removals.going(live).is_some();
        for &live in strays.index.all.iter().filter(stays) {
            let Some((former, commons)) = strays.lost(live) else { continue };
            for common in commons {
                lost.pools.entry(common).or_default().push_back(lost.all.len());
            }
            lost.by_id.insert(&live.id, lost.all.len());
            lost.all.push((former.to_string(), live));
        }
        lost
    }

    pub(super) fn pools(&self) -> Pools {
        self.pools.clone()
    }

    /// The first key of a pool that has no pair.
    pub(super) fn first(&self, common: &Common, pools: &mut Pools, taken: &Taken<'c>) -> Option<Former<'c>> {
        let pool = pools.get_mut(common)?;
        while let Some(lost) = pool.front().and_then(|at| self.all.get(*at)) {
            if !taken.contains(&lost.1.id) {
                return Some(lost.clone());
            }
            pool.pop_front();
        }
        None
    }
}

impl<'c> Strays<'_, 'c> {
    /// The address that the manifest of a key had until now, and what the key may have in common with others.
    fn lost(&self, live: &'c LiveObject) -> Option<(Address, Vec<Common>)> {
        let remembered = self.context.remembered;
        let known = remembered.objects.of(live, remembered.key.as_ref())?;
        let former = Address::parse(&known.address)?;
        let is_lost = !known.is_undeclared
            && known.fits(live, remembered.key.as_ref())
            // One that a manifest removes is in use until that has consent.
            && self.context.desired.get(&former).is_none()
            && (self.context.desired.manifest_of(&former).is_none() || self.removals.going(live).is_some())
            && !self.is_declared_elsewhere(live);
        match live.address.kind() {
            Kind::ApiKey if is_lost && live.attributes.flag("enabled") => Some((former, vec![Common::ApiKey])),
            Kind::PackageKey if is_lost && lives(live, self.context) => {
                let place = self.place_of(live)?;
                // Where a person writes what goes and what comes in its place, nothing is lost.
                let is_replaced = self.removals.going(live).is_some() && self.has_heir(&place);
                let commons = self.commons(&former, place);
                (!is_replaced).then_some((former, commons))
            }
            _ => None,
        }
    }

    fn commons(&self, former: &Address, (application, package): Place) -> Vec<Common> {
        let (user, name) = (application.first_name(), package.name());
        let mut commons = vec![Common::OfUserInPackage(user.clone(), name.clone()), Common::InPackage(name)];
        if !is_entry(former) {
            commons.push(Common::DocumentsOfUser(user));
        }
        if self.is_gone(&application) && self.is_gone(&package) {
            commons.push(Common::Gone);
        }
        commons
    }

    /// Whether a key is created in the application and the package of a lost one.
    fn has_heir(&self, (application, package): &Place) -> bool {
        let is_heir = |key: &Declared| {
            key.key.as_ref().is_some_and(|key| key.package.address == *package)
                && self.is_new_key(key)
                && !self.context.remembered.has_had(&key.address)
        };
        self.holders.keys_of(application).any(is_heir)
    }

    /// Whether a key is generated in this run.
    pub(super) fn is_new_key(&self, declared: &Declared) -> bool {
        let is_generated = |key| matches!(key, &KeySource::Generate(_));
        declared.key.as_ref().is_some_and(|key| is_generated(&key.source))
            && !self.matching.found.contains_key(&declared.address)
    }

    pub(super) fn is_gone(&self, address: &Address) -> bool {
        self.context.desired.get(address).is_none()
    }

    /// A key in use that the database knows under a name that no manifest has any more, in the place of a generated key.
    pub(super) fn former_key_there(&self, declared: &Declared, taken: &Taken<'c>) -> Option<Former<'c>> {
        let (parent, package) = (&declared.parent.as_ref()?.address, &declared.key.as_ref()?.package.address);
        self.former_key(declared, taken, |(application, theirs)| application == parent && theirs == package)
    }

    /// The same in a place that no manifest declares any more.
    pub(super) fn former_key_near(&self, declared: &Declared, taken: &Taken<'c>) -> Option<Former<'c>> {
        let (parent, key) = (&declared.parent.as_ref()?.address, declared.key.as_ref()?);
        self.former_key(declared, taken, |(application, package)| {
            let is_same_user = application.first_name() == parent.first_name();
            let is_akin = self.is_gone(application) && (is_same_user || self.has_name_of(application, parent));
            let is_same_package = self.has_name_of(package, &key.package.address);
            (application == parent && (is_same_package || self.is_gone(package))) || (is_akin && is_same_package)
        })
    }

    fn former_key(
        &self,
        declared: &Declared,
        taken: &Taken<'c>,
        is_place: impl Fn(&Place) -> bool,
    ) -> Option<Former<'c>> {
        let parent = declared.parent.as_ref().filter(|_| self.is_new_key(declared))?;
        let remembered = self.context.remembered;
        let is_it = |(address, live): &(&str, &'c LiveObject)| {
            !taken.contains(&live.id)
                && live.attributes.text("settings.status") != Some("disabled")
                && Address::parse(address).is_some_and(|address| self.context.desired.manifest_of(&address).is_none())
                && self.place_of(live).is_some_and(|place| is_place(&place))
                && !self.is_declared_elsewhere(live)
                && !self.was_undeclared(live)
        };
        let known = self.near(&parent.address).filter_map(|live| {
            let known = remembered.objects.of(live, remembered.key.as_ref())?;
            Some((&*known.address, live))
        });
        let first = known.filter(is_it).min_by_key(|(address, _)| *address);
        first.map(|(address, live)| (address.to_owned(), live))
    }

    /// A lost key with the prefix of a new one.
    pub(super) fn lost_with_prefix(&self, declared: &Declared, taken: &Taken<'c>) -> Option<Former<'c>> {
        let key = declared.key.as_ref().filter(|_| self.is_new_key(declared))?;
        let KeySource::Generate(generated) = &key.source else { return None };
        let begins = |live: &LiveObject| live.key.as_ref().is_some_and(|key| begins(key.value.expose(), generated));
        let mut like = self.index.like(generated).filter(|live| !generated.prefix.is_empty() && begins(live));
        let at = like.find_map(|live| self.lost.by_id.get(&live.id).filter(|_| !taken.contains(&live.id)))?;
        self.lost.all.get(*at).cloned()
    }

    /// The application whose consent covers a package, if the key in it is created in a new application and the old one has
    /// no manifest: the move of all of it is one decision.
    pub(super) fn covered_by(&self, key: &Declared, old: &Address) -> Option<Address> {
        let parent = &key.parent.as_ref()?.address;
        let is_asked = self.is_gone(old) && !self.matching.found.contains_key(parent);
        is_asked.then(|| parent.clone())
    }
}
