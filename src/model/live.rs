//! A snapshot of a store, with a proof per kind that it is complete.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;

use chrono::TimeDelta;
use rayon::slice::ParallelSliceMut as _;

use super::Address;
use super::Attributes;
use super::Deliverable;
use super::Digest;
use super::FieldName;
use super::Instant;
use super::Kind;
use super::LiveId;
use super::OddRow;
use super::Secret;
use super::Transfer;
use super::built_in::is_secret_field;
use super::services::Services;

/// The contents of a store.
#[derive(Default)]
pub struct Live {
    /// Objects by kind, each list sorted by address.
    objects: BTreeMap<Kind, Vec<LiveObject>>,
    /// Whether the list of a kind is complete: as many unique ids as the store reports.
    complete: BTreeMap<Kind, bool>,
    /// Rows that exist but were not understood. They do not make a list incomplete.
    odd: Vec<OddRow>,
    /// The objects that no list shows yet; the store showed them when it was asked by their ids.
    pub by_id: BTreeSet<LiveId>,
    /// Names of the roles in the store. `None` if the roles were not read.
    pub roles: Option<Vec<Box<str>>>,
    /// The services of the store. `None` if they were not read, or if the store has no list of them.
    pub services: Option<Box<Services>>,
    /// Whether the list of users has all of them, and not only those that the manifests mention.
    pub has_all_users: bool,
    /// Whether the keys of applications that no manifest mentions were left out, so that a package plan may have more keys.
    pub lacks_keys: bool,
    /// The user of Keywright itself, which it never deletes or disables.
    pub signed_in_as: Option<Address>,
    /// How far the clock of the store of the package keys was ahead of ours when it answered. `None` if that is unknown.
    pub ahead: Option<TimeDelta>,
    /// Data about API keys in Managed File Transfer. `None` if they live in the embedded store.
    pub transfer: Option<Box<Transfer>>,
}

impl Live {
    /// Adds the list of one kind. `total` is the count that the store reports: a list that is shorter or has duplicate ids
    /// is incomplete, and Keywright then deletes no undeclared object of that kind.
    pub fn take(&mut self, kind: Kind, mut objects: Vec<LiveObject>, total: usize) {
        // In place: a stable sort takes as much memory again, and two objects with one address and one id are the same.
        objects.par_sort_unstable_by(|a, b| a.address.cmp(&b.address).then_with(|| a.id.cmp(&b.id)));
        let ids: HashSet<&LiveId> = objects.iter().map(|object| &object.id).collect();
        let complete = ids.len() == total && objects.len() == total;
        self.complete.insert(kind, complete);
        self.objects.insert(kind, objects);
    }

    /// Adds rows that were not understood; the totals of [`Self::take`] do not count them.
    pub fn take_odd(&mut self, rows: Vec<OddRow>) {
        self.odd.extend(rows);
    }

    /// The rows that were not understood.
    pub fn odd(&self) -> &[OddRow] {
        &self.odd
    }

    /// Adds the contents of another store. Each kind lives in one store only.
    pub fn join(&mut self, other: Self) {
        self.objects.extend(other.objects);
        self.complete.extend(other.complete);
        self.odd.extend(other.odd);
        self.by_id.extend(other.by_id);
        self.has_all_users |= other.has_all_users;
        self.lacks_keys |= other.lacks_keys;
        self.roles = self.roles.take().or(other.roles);
        self.services = self.services.take().or(other.services);
        self.signed_in_as = self.signed_in_as.take().or(other.signed_in_as);
        self.ahead = self.ahead.or(other.ahead);
        self.transfer = self.transfer.take().or(other.transfer);
    }

    /// Removes and returns the objects of a kind.
    pub fn give(&mut self, kind: Kind) -> Vec<LiveObject> {
        self.objects.remove(&kind).unwrap_or_default()
    }

    pub fn of(&self, kind: Kind) -> &[LiveObject] {
        self.objects.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The package keys of the application and the package of `key`, which is one of them.
    pub fn slot(&self, key: &LiveObject) -> &[LiveObject] {
        let keys = self.of(Kind::PackageKey);
        let package = |one: &LiveObject| one.key.as_ref().map(|key| key.package.clone());
        let is_there = |one: &&LiveObject| one.parent == key.parent && package(one) == package(key);
        // Their addresses begin alike, so they stand together.
        let at = keys.partition_point(|one| one.address < key.address);
        let before = keys[..at].iter().rev().take_while(is_there).count();
        let after = keys[at..].iter().take_while(is_there).count();
        &keys[at - before..at + after]
    }

    pub fn is_complete(&self, kind: Kind) -> bool {
        self.complete.get(&kind).copied().unwrap_or(false)
    }

    pub fn len(&self) -> usize {
        self.objects.values().map(Vec::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One object of a store.
#[derive(Clone)]
pub struct LiveObject {
    /// Its address with the names in the store; for package keys [`Address::key_in_store`].
    pub address: Address,
    pub id: LiveId,
    /// Its name in the store: username, application name, plan name, `keyName`. Empty for package keys.
    pub name: Box<str>,
    /// The user of an application, the package of a plan, the application of a key.
    pub parent: Option<Address>,
    /// The id of `parent`, which stays the same when the parent is renamed.
    pub parent_id: Option<LiveId>,
    /// The fields from the store that Keywright knows, without empty texts and sets.
    pub attributes: Attributes,
    pub created: Option<Instant>,
    pub updated: Option<Instant>,
    pub key: Option<Box<LiveKey>>,
    /// Fields whose value in the store was not understood; the attributes do not contain them. Empty for API keys, whose
    /// fields are in [`super::transfer::TransferKey`].
    pub unread: BTreeSet<FieldName>,
}

/// The properties that only package keys have. Their plan can change, so it is the attribute `plan`.
#[derive(Clone)]
pub struct LiveKey {
    pub package: Address,
    pub package_id: LiveId,
    pub value: Secret,
    /// The shared secret, if the store returned one.
    pub secret: Option<Secret>,
}

impl LiveKey {
    /// What a place receives. `None` for a shared secret that the key has not, or that the store does not return.
    pub const fn get(&self, what: Deliverable) -> Option<&Secret> {
        match what {
            Deliverable::Key => Some(&self.value),
            Deliverable::SharedSecret => self.secret.as_ref(),
        }
    }

    /// The value, and the shared secret if there is one.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.value).chain(&self.secret)
    }
}

impl LiveObject {
    /// By what a saved plan finds the object: the digest of its id. An API key's id may be the credential itself, and with
    /// a digest of it every reader of the plan could test guesses. So an API key is found by its name and by when it was
    /// created.
    pub fn identity(&self) -> Digest {
        if self.address.kind() != Kind::ApiKey {
            return self.id.fingerprint();
        }
        let created = self.created.map_or_else(String::new, |created| created.timestamp_millis().to_string());
        Digest::of(format!("{}\n{created}", self.name).as_bytes())
    }

    /// Changes with the name, a field or the parent of the object, but not if the parent is renamed. Contains no secret: the
    /// value of a key cannot change, and attributes that are secrets are left out, because saved plans contain this digest.
    pub fn fingerprint(&self) -> Digest {
        let mut text = format!("{}\n{}\n", self.address.kind().name(), self.name);
        let package = self.key.as_ref().map(|key| &key.package_id);
        for id in self.parent_id.iter().chain(package) {
            text.push_str(id.expose());
            text.push('\n');
        }
        for (field, value) in self.attributes.iter().filter(|(field, _)| !is_secret_field(field)) {
            text.push_str(&format!("{field}={value}\n"));
        }
        Digest::of(text.as_bytes())
    }
}
