//! What this run knows of the area: its objects by id, as they were read, and by name, because the API takes ids only.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use super::fields;
use super::fields::Hung;
use super::make::Old;
use super::value::Roles;
use crate::model::Address;
use crate::model::Attributes;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::plan::Action;
use crate::plan::Change;
use crate::store::Query;
use crate::store::Refusal;

/// Shared by the calls of a run that are in flight at the same time.
#[derive(Default)]
pub(super) struct Known(Mutex<Index>);

#[derive(Default)]
pub(super) struct Index {
    ids: HashMap<Address, LiveId>,
    addresses: HashMap<Box<str>, Address>,
    roles: Roles,
    /// The objects that are about to be changed, as a look right before the writes showed them.
    confirmed: HashMap<LiveId, LiveObject>,
    /// What the last snapshot was asked for, and how many calls it took.
    pub(super) query: Query,
    pub(super) snapshot_calls: usize,
    hung: Hung,
}

impl Index {
    /// Remembers an object under its name.
    pub(super) fn learn(&mut self, address: &Address, id: &LiveId) {
        self.ids.insert(address.clone(), id.clone());
        self.addresses.insert(id.expose().into(), address.clone());
    }

    pub(super) fn id(&self, address: &Address) -> Option<LiveId> {
        self.ids.get(address).cloned()
    }

    /// The object that an answer refers to by its id.
    pub(super) fn address(&self, id: &str) -> Option<&Address> {
        self.addresses.get(id)
    }
}

impl Known {
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Index) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn learn(&self, address: &Address, id: &LiveId) {
        self.with(|index| index.learn(address, id));
    }

    /// Lets an object be found by the name that it is about to get. What refers to it goes by the old one until it is
    /// read again, because that is what the plan saw.
    pub(super) fn alias(&self, address: &Address, id: &LiveId) {
        self.with(|index| index.ids.insert(address.clone(), id.clone()));
    }

    pub(super) fn learn_all(&self, objects: &[LiveObject]) {
        self.with(|index| objects.iter().for_each(|object| index.learn(&object.address, &object.id)));
    }

    /// The id under which the API knows a named object.
    pub(super) fn id(&self, address: &Address) -> Result<LiveId, Refusal> {
        let missing = || Refusal::stale(format!("{address} is not in the store"));
        self.with(|index| index.id(address)).ok_or_else(missing)
    }

    pub(super) fn learn_roles(&self, roles: Roles) {
        self.with(|index| index.roles = roles);
    }

    pub(super) fn roles(&self) -> Roles {
        self.with(|index| index.roles.clone())
    }

    /// The parameter `fields` for objects of a kind.
    pub(super) fn fields(&self, kind: Kind) -> String {
        fields::all(kind, self.with(|index| index.hung))
    }

    /// The server takes no paths in `fields`. Says whether that is news.
    pub(super) fn learn_no_paths(&self) -> bool {
        self.with(|index| std::mem::replace(&mut index.hung, Hung::Whole)) == Hung::Ids
    }

    /// Whether manifests set attributes of this kind that the area's owner added.
    pub(super) fn has_added(&self, kind: Kind) -> bool {
        self.with(|index| index.query.added.contains(&kind))
    }

    pub(super) fn confirm(&self, object: LiveObject) {
        self.with(|index| index.confirmed.insert(object.id.clone(), object));
    }

    /// Whether the object of a change is what the plan saw.
    pub(super) fn check(&self, change: &Change) -> Result<(), Refusal> {
        let Some(target) = &change.target.live else { return Ok(()) };
        let now = self.with(|index| index.confirmed.get(target.id()?).map(LiveObject::fingerprint));
        match now {
            Some(now) if now == target.fingerprint => Ok(()),
            Some(_) => Err(Refusal::stale(format!("{} is not as the plan saw it", change.address))),
            None if change.action == Action::Delete => Ok(()),
            None => Err(Refusal::stale(format!("{} is no longer in the store", change.address))),
        }
    }

    /// What an object held right before the writes began.
    pub(super) fn confirmed(&self, id: &LiveId) -> Option<Attributes> {
        self.with(|index| index.confirmed.get(id).map(|object| object.attributes.clone()))
    }

    /// A key with its value, which is to be made anew elsewhere.
    pub(super) fn key_to_replace(&self, id: &LiveId) -> Option<Old> {
        self.with(|index| {
            let object = index.confirmed.get(id)?;
            let key = object.key.as_ref()?;
            Some(Old { attributes: object.attributes.clone(), value: key.value.clone(), secret: key.secret.clone() })
        })
    }
}
