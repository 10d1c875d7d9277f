//! A snapshot of a store, with a proof per kind that it is complete.

use std::collections::BTreeMap;

use super::Address;
use super::Attributes;
use super::Digest;
use super::Instant;
use super::Kind;
use super::LiveId;
use super::Secret;
use super::Transfer;

/// What a store holds.
#[derive(Default)]
pub struct Live {
    /// Objects by kind, each list sorted by address.
    objects: BTreeMap<Kind, Vec<LiveObject>>,
    /// Kinds whose list is proven complete: as many unique ids as the store says it has.
    complete: BTreeMap<Kind, bool>,
    /// Names of the roles that the store knows; nothing when the store was not asked.
    pub roles: Option<Vec<Box<str>>>,
    /// The user as whom Keywright itself signs in, whom it never deletes or disables.
    pub signed_in_as: Option<Address>,
    /// What goes with API keys that live in Managed File Transfer; nothing when they live in the embedded store.
    pub transfer: Option<Box<Transfer>>,
}

impl Live {
    /// Takes over the whole list of one kind. `total` is the store's own count: a list that is shorter or holds an id
    /// twice is kept, but never counts as complete, and so nothing of that kind can be deleted because of it.
    pub fn take(&mut self, kind: Kind, mut objects: Vec<LiveObject>, total: usize) {
        objects.sort_by(|a, b| a.address.cmp(&b.address).then_with(|| a.id.cmp(&b.id)));
        let ids: std::collections::BTreeSet<&LiveId> = objects.iter().map(|object| &object.id).collect();
        let complete = ids.len() == total && objects.len() == total;
        self.complete.insert(kind, complete);
        self.objects.insert(kind, objects);
    }

    /// Takes over what another store holds. A kind lives in one store only.
    pub fn join(&mut self, other: Self) {
        self.objects.extend(other.objects);
        self.complete.extend(other.complete);
        self.roles = self.roles.take().or(other.roles);
        self.signed_in_as = self.signed_in_as.take().or(other.signed_in_as);
        self.transfer = self.transfer.take().or(other.transfer);
    }

    /// Gives the objects of a kind away.
    pub fn give(&mut self, kind: Kind) -> Vec<LiveObject> {
        self.objects.remove(&kind).unwrap_or_default()
    }

    pub fn of(&self, kind: Kind) -> &[LiveObject] {
        self.objects.get(&kind).map_or(&[], Vec::as_slice)
    }

    pub fn is_complete(&self, kind: Kind) -> bool {
        self.complete.get(&kind).copied().unwrap_or(false)
    }

    /// How many objects the snapshot holds.
    pub fn len(&self) -> usize {
        self.objects.values().map(Vec::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One object of a store.
pub struct LiveObject {
    /// Its address by its names in the store; for package keys [`Address::key_in_store`].
    pub address: Address,
    pub id: LiveId,
    /// The store's name for it: username, application name, plan name, `keyName`. Empty for package keys.
    pub name: Box<str>,
    /// An application's user, a plan's package, a key's application.
    pub parent: Option<Address>,
    /// The id of `parent`, which stays the same when the parent is renamed. Where a username is for ever, it is the id of
    /// an application's user.
    pub parent_id: Option<LiveId>,
    /// Every field that the store told and that Keywright knows. Empty texts and sets are left out.
    pub attributes: Attributes,
    pub created: Option<Instant>,
    pub updated: Option<Instant>,
    /// What only package keys have.
    pub key: Option<Box<LiveKey>>,
}

/// What only package keys have. Their plan is the attribute `plan`, because it can change.
pub struct LiveKey {
    pub package: Address,
    pub package_id: LiveId,
    pub value: Secret,
    /// The shared secret, when the store told one.
    pub secret: Option<Secret>,
}

impl LiveObject {
    /// Changes when a name or any field of the object does, or when it hangs on another object. A renamed parent is the
    /// same parent. Holds no secret: a key's value can not change.
    pub fn fingerprint(&self) -> Digest {
        let mut text = format!("{}\n{}\n", self.address.kind().name(), self.name);
        let package = self.key.as_ref().map(|key| &key.package_id);
        for id in self.parent_id.iter().chain(package) {
            text.push_str(id.expose());
            text.push('\n');
        }
        for (field, value) in self.attributes.iter() {
            text.push_str(&format!("{field}={value}\n"));
        }
        Digest::of(text.as_bytes())
    }
}
