//! KW-149: keys in use that had a manifest until the last apply and have none in this run. One that is created may be the same,
//! also in a place that has little in common with the old one: an entry in another application of another user, a document
//! that becomes an entry elsewhere, or a key whose owner, application and package all have new names.

use std::collections::BTreeMap;

use super::Strays;
use super::delivered::lives;
use super::index::Place;
use crate::matching::begins;
use crate::model::Address;
use crate::model::Declared;
use crate::model::KeySource;
use crate::model::LiveId;
use crate::model::LiveObject;

/// Such a key.
struct Key<'c> {
    /// The address of its manifest.
    former: String,
    live: &'c LiveObject,
}

/// Such keys, in their order, by what they have in common with a created one.
#[derive(Default)]
pub(super) struct Lost<'c> {
    all: Vec<Key<'c>>,
    by_id: BTreeMap<&'c LiveId, usize>,
    /// The first one in each package, by its name.
    by_package: BTreeMap<String, usize>,
    /// The first one whose application and package have no manifest either.
    of_gone: Option<usize>,
}

impl<'c> Lost<'c> {
    pub(super) fn of(strays: &Strays<'_, 'c>) -> Self {
        let mut lost = Self::default();
        // The manifests of a part say nothing about what other files declare.
        if strays.context.options.is_part {
            return lost;
        }
        for live in &strays.index.all {
            let Some((former, (application, package))) = strays.lost(live) else { continue };
            let at = lost.all.len();
            lost.by_id.insert(&live.id, at);
            lost.by_package.entry(package.name()).or_insert(at);
            if strays.is_gone(&application) && strays.is_gone(&package) {
                lost.of_gone.get_or_insert(at);
            }
            lost.all.push(Key { former, live });
        }
        lost
    }
}

impl<'c> Strays<'_, 'c> {
    /// The address that the manifest of a key had until now, and its place.
    fn lost(&self, live: &'c LiveObject) -> Option<(String, Place)> {
        let remembered = self.context.remembered;
        let known = live.key.as_ref().and(remembered.objects.of(live, remembered.key.as_ref()))?;
        let former = Address::parse(&known.address)?;
        let is_lost = !known.is_undeclared
            && known.fits(live, remembered.key.as_ref())
            // One that a manifest removes is in use until that has consent.
            && self.context.desired.get(&former).is_none()
            && (self.context.desired.manifest_of(&former).is_none() || self.removals.going(live).is_some())
            && lives(live, self.context)
            && !self.is_declared_elsewhere(live);
        let place = self.place_of(live).filter(|place| is_lost && !self.has_heir(place))?;
        Some((known.address.to_string(), place))
    }

    /// Whether a key is created in the place of one that lost its manifest. That one is asked about, and no other.
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

    /// A key that lost its manifest in this run, with the prefix or the package of a new one; or nothing of both is left: the
    /// old application and the old package have no manifests, and the new ones are not in the store.
    pub(super) fn lost_key(&self, declared: &Declared) -> Option<(String, &'c LiveObject)> {
        let (parent, key) = (&declared.parent.as_ref()?.address, declared.key.as_ref()?);
        let KeySource::Generate(generated) = &key.source else { return None };
        let package = &key.package.address;
        let begins = |live: &LiveObject| live.key.as_ref().is_some_and(|key| begins(key.value.expose(), generated));
        let with_prefix = || {
            let mut like = self.index.like(generated).filter(|live| !generated.prefix.is_empty() && begins(live));
            like.find_map(|live| self.lost.by_id.get(&live.id).copied())
        };
        let in_package = || {
            let names = std::iter::once(package.name()).chain(self.former_names(package));
            names.filter_map(|name| self.lost.by_package.get(&name)).min().copied()
        };
        let is_new = |address: &Address| !self.matching.found.contains_key(address);
        let of_gone = || self.lost.of_gone.filter(|_| is_new(parent) && is_new(package));
        let at = with_prefix().or_else(in_package).or_else(of_gone)?;
        self.lost.all.get(at).map(|lost| (lost.former.clone(), lost.live))
    }

    /// The application whose consent covers a package, if the key in it is created in a new application and the old one has
    /// no manifest: the move of all of it is one decision.
    pub(super) fn covered_by(&self, key: &Declared, old: &Address) -> Option<Address> {
        let parent = &key.parent.as_ref()?.address;
        let is_asked = self.is_gone(old) && !self.matching.found.contains_key(parent);
        is_asked.then(|| parent.clone())
    }
}
