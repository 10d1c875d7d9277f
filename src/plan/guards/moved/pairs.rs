//! Which created key may be which one that lost its manifest. Each of both is in one pair only: one lost key is one question,
//! however many keys are new. What is most alike goes first.

use std::collections::BTreeMap;

use super::Strays;
use super::lost::Common;
use super::lost::Former;
use super::lost::Pools;
use super::lost::Taken;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;

/// The pairs, by the addresses of the created keys.
#[derive(Default)]
pub(super) struct Pairs<'c> {
    former: BTreeMap<&'c Address, Former<'c>>,
    /// Those of which nothing but their form shows that they may be the same.
    orphans: BTreeMap<&'c Address, &'c LiveObject>,
}

impl<'c> Pairs<'c> {
    pub(super) fn of(created: &[&'c Declared], strays: &Strays<'_, 'c>) -> Self {
        let mut pairs = Self::default();
        if strays.index.all.is_empty() {
            return pairs;
        }
        let (mut open, mut taken) = strays.without_their_own(created);
        pairs.by_what_they_have_in_common(&mut open, &mut taken, strays);
        open.retain(|declared| declared.address.kind() == Kind::PackageKey);
        open.retain(|declared| match strays.in_its_place_of(declared) {
            Some(live) => {
                taken.insert(&live.id);
                false
            }
            None => true,
        });
        for declared in open {
            if let Some(live) = strays.orphan(declared, &taken) {
                taken.insert(&live.id);
                pairs.orphans.insert(&declared.address, live);
            }
        }
        pairs
    }

    fn by_what_they_have_in_common(
        &mut self,
        open: &mut Vec<&'c Declared>,
        taken: &mut Taken<'c>,
        strays: &Strays<'_, 'c>,
    ) {
        let mut pools = strays.lost.pools();
        let mut add = |declared: &'c Declared, former: Option<Former<'c>>, taken: &mut Taken<'c>| match former {
            Some((address, live)) => {
                taken.insert(&live.id);
                self.former.insert(&declared.address, (address, live));
                false
            }
            None => true,
        };
        open.retain(|declared| add(declared, strays.former_key_there(declared, taken), taken));
        open.retain(|declared| add(declared, strays.former_key_near(declared, taken), taken));
        open.retain(|declared| add(declared, strays.entry_of_another_application(declared, taken), taken));
        open.retain(|declared| add(declared, strays.lost_with_prefix(declared, taken), taken));
        for common in [Common::of_user_in_package, Common::in_package, Common::documents_of_user, Common::gone] {
            let find = |declared: &'c Declared, pools: &mut Pools, taken: &Taken<'c>| {
                common(declared, strays).iter().find_map(|common| strays.lost.first(common, pools, taken))
            };
            open.retain(|declared| {
                let former = find(declared, &mut pools, taken);
                add(declared, former, taken)
            });
        }
        open.retain(|declared| {
            let is_api_key = declared.address.kind() == Kind::ApiKey;
            let former = is_api_key.then(|| strays.lost.first(&Common::ApiKey, &mut pools, taken)).flatten();
            add(declared, former, taken)
        });
    }

    pub(super) fn former(&self, address: &Address) -> Option<(&str, &'c LiveObject)> {
        self.former.get(address).map(|(former, live)| (&**former, *live))
    }

    pub(super) fn orphan(&self, address: &Address) -> Option<&'c LiveObject> {
        self.orphans.get(address).copied()
    }
}

impl<'c> Strays<'_, 'c> {
    /// The created keys that had no key of their own, and the keys that are taken by what shows them as those of others.
    fn without_their_own(&self, created: &[&'c Declared]) -> (Vec<&'c Declared>, Taken<'c>) {
        let (mut open, mut taken) = (Vec::new(), Taken::new());
        for &declared in created {
            match declared.address.kind() {
                Kind::ApiKey => open.push(declared),
                Kind::PackageKey if !self.needs_unknown(declared) => match self.own(declared) {
                    Some(live) => drop(taken.insert(&live.id)),
                    None => open.push(declared),
                },
                _ => {}
            }
        }
        open.retain(|declared| !self.context.remembered.has_had(&declared.address));
        (open, taken)
    }

    /// The key of which something else than its place shows that it is the one of a manifest.
    fn own(&self, declared: &'c Declared) -> Option<&'c LiveObject> {
        let elsewhere = self.key_elsewhere(declared).map(|(live, _)| live);
        let elsewhere = elsewhere.filter(|live| !self.is_in_declared_place(live, declared));
        let renamed = || self.renamed_from(declared).map(|(_, live)| live);
        elsewhere.or_else(renamed).or_else(|| self.altered(declared)).or_else(|| self.taken_by_id(declared))
    }

    /// Whether a key is in the application and the package of a manifest.
    pub(super) fn is_in_declared_place(&self, live: &LiveObject, declared: &Declared) -> bool {
        self.place_of(live).is_some_and(|(application, package)| {
            declared.parent.as_ref().is_some_and(|parent| parent.address == application)
                && declared.key.as_ref().is_some_and(|key| key.package.address == package)
        })
    }
}
