//! One change of one object, field by field. It can be printed and saved: it has no key value, only its origin.

use std::fmt;

use crate::diagnostic::FileLine;
use crate::model::Address;
use crate::model::Delivery;
use crate::model::Digest;
use crate::model::FieldName;
use crate::model::Fingerprint;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;

/// One change of one object.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    pub address: Address,
    pub action: Action,
    /// Field by field; a rename is the field `name`. For a create, every field that is set, with no `before`.
    pub fields: Vec<FieldChange>,
    /// Why the change is made, as a phrase: `declared but not in the store`.
    pub reason: String,
    /// The line of the manifest that declares it.
    pub place: Option<FileLine>,
    /// Indexes of the changes that must be done first. All are smaller than the index of this change.
    pub needs: Vec<usize>,
    pub target: Target,
}

/// What a store needs to perform a change: names and ids.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// The name of the object after the change: username, application name, plan name, `keyName`. Empty for package keys.
    pub name: Box<str>,
    /// Its parent (user, package or application), with the name after earlier changes.
    pub parent: Option<Address>,
    /// The object in the store, for all but creates.
    pub live: Option<LiveTarget>,
    pub key: Option<KeyTarget>,
}

/// The object of a change in the store, as the plan saw it. A saved plan contains only the two fingerprints.
#[derive(Clone)]
pub struct LiveTarget {
    /// [`LiveObject::identity`].
    pub object: Digest,
    /// [`LiveObject::fingerprint`] at the time of the plan.
    pub fingerprint: Digest,
    /// The id, once the object is found.
    id: Option<LiveId>,
}

impl LiveTarget {
    /// A target for an object of the current snapshot.
    pub fn of(live: &LiveObject) -> Self {
        Self { object: live.identity(), fingerprint: live.fingerprint(), id: Some(live.id.clone()) }
    }

    /// A target from a saved plan.
    pub const fn seen(object: Digest, fingerprint: Digest) -> Self {
        Self { object, fingerprint, id: None }
    }

    /// The id. `None` for a saved plan before its objects are looked up.
    pub const fn id(&self) -> Option<&LiveId> {
        self.id.as_ref()
    }
}

/// Compares fingerprints only, because a saved plan has no ids.
impl PartialEq for LiveTarget {
    fn eq(&self, other: &Self) -> bool {
        (self.object, self.fingerprint) == (other.object, other.fingerprint)
    }
}

impl Eq for LiveTarget {}

/// The part of a target that only package keys have.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyTarget {
    /// The package of the key after the change. Its plan is the field `plan`.
    pub package: Address,
    pub value: ValueFrom,
    /// Whether a shared secret goes with a create.
    pub with_secret: bool,
    /// Where the value and the shared secret of a new key are read, as the manifest names it: `the variable APP_KEY`.
    pub sources: Sources,
    /// Where to write the value once the key exists.
    pub deliver: Vec<Delivery>,
    /// The fingerprint of the id of the previous generation in the store.
    pub follows: Option<Digest>,
}

/// Where secrets are read, in words. `None` for a secret that is not read.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Sources {
    pub value: Option<Box<str>>,
    pub secret: Option<Box<str>>,
    /// The fingerprint of the value as read for the plan. `None` if it was not read, or if there was no key for fingerprints.
    pub value_seen: Option<Fingerprint>,
    pub secret_seen: Option<Fingerprint>,
}

/// Where the value of a created or replaced key comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ValueFrom {
    /// Keywright generates `length` characters that start with `prefix`, and end with a checksum if they have one.
    Minted { prefix: Box<str>, length: usize, has_checksum: bool },
    /// The store generates it.
    Store,
    /// It is read from the source in the manifest.
    Given,
    /// The key in the store keeps its value.
    Kept,
}

/// What is done to an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Action {
    Create,
    Update,
    /// An update that only enables the object.
    Enable,
    /// An update that only disables the object.
    Disable,
    /// Delete and create, because an immutable field must change.
    Replace,
    /// Writes the value of an existing key to its delivery file; the store does not change.
    Deliver,
    Delete,
}

impl Action {
    pub const ALL: [Self; 7] =
        [Self::Create, Self::Update, Self::Enable, Self::Disable, Self::Replace, Self::Deliver, Self::Delete];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Replace => "replace",
            Self::Deliver => "deliver",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One field before and after. `None` means not set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldChange {
    pub field: FieldName,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl Change {
    /// The id of the object in the store, for all but creates.
    pub fn live_id(&self) -> Option<&LiveId> {
        self.target.live.as_ref()?.id()
    }

    /// The new value of a field, if the change sets it.
    pub fn after(&self, field: &str) -> Option<&Value> {
        self.fields.iter().find(|change| change.field == field).and_then(|change| change.after.as_ref())
    }
}
