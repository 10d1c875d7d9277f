//! A copy of the store in memory, by id. Lists are served from it; each write updates what it changed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::rc::Rc;

use crate::model::Address;
use crate::model::Attributes;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveKey;
use crate::model::LiveObject;
use crate::model::Secret;

pub(super) type Id = Rc<str>;

/// The kinds of the service, ordered so that each refers only to earlier ones.
pub(super) const KINDS: [Kind; 5] = [Kind::Package, Kind::Plan, Kind::User, Kind::Application, Kind::PackageKey];

/// One object. Its parent is an id, so a renamed parent is the same parent.
pub(super) struct Row {
    pub(super) id: Id,
    pub(super) name: Box<str>,
    /// An application's user, a plan's package, a key's application.
    pub(super) up: Option<Id>,
    pub(super) attributes: Attributes,
    pub(super) created: Option<Instant>,
    pub(super) updated: Option<Instant>,
    pub(super) key: Option<KeyRow>,
}

/// Data that only package keys have.
pub(super) struct KeyRow {
    pub(super) package: Id,
    pub(super) plan: Id,
    pub(super) value: Secret,
    pub(super) secret: Option<Secret>,
}

#[derive(Default)]
pub(super) struct Mirror {
    rows: BTreeMap<Kind, BTreeMap<Id, Row>>,
    /// The children of a kind, by parent. Keys have three: their application, their package and their plan.
    below: HashMap<(Kind, Id), BTreeSet<Id>>,
    ids: HashMap<Address, Id>,
    version: u64,
}

impl Mirror {
    pub(super) fn of(live: Live) -> Self {
        let mut mirror = Self::default();
        for kind in KINDS {
            live.of(kind).iter().for_each(|object| mirror.take(object));
        }
        mirror
    }

    /// Grows with every write. Results computed from another version are stale.
    pub(super) const fn version(&self) -> u64 {
        self.version
    }

    pub(super) fn get(&self, kind: Kind, id: &str) -> Option<&Row> {
        self.rows.get(&kind)?.get(id)
    }

    pub(super) fn all(&self, kind: Kind) -> impl Iterator<Item = &Row> {
        self.rows.get(&kind).into_iter().flat_map(BTreeMap::values)
    }

    pub(super) fn count(&self, kind: Kind) -> usize {
        self.rows.get(&kind).map_or(0, BTreeMap::len)
    }

    /// The children of `id` of a kind, sorted by id.
    pub(super) fn below(&self, kind: Kind, id: &str) -> impl Iterator<Item = &Row> {
        let children = self.below.get(&(kind, Id::from(id))).into_iter().flatten();
        children.filter_map(move |child| self.get(kind, child))
    }

    /// Adopts an object as the store has it now.
    pub(super) fn take(&mut self, object: &LiveObject) {
        let kind = object.address.kind();
        let id = Id::from(object.id.expose());
        let up = object.parent.as_ref().and_then(|parent| self.ids.get(parent).cloned());
        let key = object.key.as_deref().and_then(|key| self.key(key, &object.attributes));
        let row = Row {
            id: id.clone(),
            name: object.name.clone(),
            up,
            attributes: object.attributes.clone(),
            created: object.created,
            updated: object.updated,
            key,
        };
        self.remove(kind, &id);
        for parent in parents(&row) {
            self.below.entry((kind, parent)).or_default().insert(id.clone());
        }
        self.rows.entry(kind).or_default().insert(id.clone(), row);
        self.name(kind, &id, true);
    }

    /// Continues the version of another copy.
    pub(super) const fn follow(&mut self, version: u64) {
        self.version += version;
    }

    /// Forgets an object that is no longer in the store.
    pub(super) fn remove(&mut self, kind: Kind, id: &str) {
        self.version += 1;
        self.name(kind, id, false);
        let Some(row) = self.rows.get_mut(&kind).and_then(|rows| rows.remove(id)) else { return };
        for parent in parents(&row) {
            if let Some(children) = self.below.get_mut(&(kind, parent)) {
                children.remove(id);
            }
        }
    }

    /// Adds or removes the address of an object, and of a package's plans.
    fn name(&mut self, kind: Kind, id: &str, known: bool) {
        let Some(address) = self.address(kind, id) else { return };
        let mut named = vec![(address, Id::from(id))];
        if kind == Kind::Package {
            let plans: Vec<Id> = self.below(Kind::Plan, id).map(|plan| plan.id.clone()).collect();
            named.extend(plans.into_iter().filter_map(|plan| Some((self.address(Kind::Plan, &plan)?, plan))));
        }
        for (address, id) in named {
            if known {
                self.ids.insert(address, id);
            } else {
                self.ids.remove(&address);
            }
        }
    }

    /// The address of any object except a key.
    pub(super) fn address(&self, kind: Kind, id: &str) -> Option<Address> {
        let row = self.get(kind, id)?;
        let up = |kind| self.get(kind, row.up.as_deref()?);
        match kind {
            Kind::Package => Some(Address::package(&row.name)),
            Kind::User => Some(Address::user(&row.name)),
            Kind::Plan => Some(Address::plan(&up(Kind::Package)?.name, &row.name)),
            Kind::Application => Some(Address::application(&up(Kind::User)?.name, &row.name)),
            Kind::PackageKey | Kind::ApiKey => None,
        }
    }

    fn key(&self, key: &LiveKey, attributes: &Attributes) -> Option<KeyRow> {
        let plan = Address::plan(&key.package.name(), attributes.text("plan")?);
        Some(KeyRow {
            package: self.ids.get(&key.package)?.clone(),
            plan: self.ids.get(&plan)?.clone(),
            value: key.value.clone(),
            secret: key.secret.clone(),
        })
    }
}

/// The parents of a row.
fn parents(row: &Row) -> Vec<Id> {
    let of_key = row.key.iter().flat_map(|key| [key.package.clone(), key.plan.clone()]);
    row.up.iter().cloned().chain(of_key).collect()
}
