//! One change of one object: what is done, to which object, field by field. Only data: it can be shown, saved, reviewed.
//!
//! Absent on purpose: key values. A change says where a value comes from, never what it is.

use std::fmt;

use crate::diagnostic::FileLine;
use crate::model::Address;
use crate::model::Delivery;
use crate::model::Digest;
use crate::model::FieldName;
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
    /// The manifest that asks for it.
    pub place: Option<FileLine>,
    /// Indexes in the plan of what must be done first. All are smaller than the change's own index.
    pub needs: Vec<usize>,
    pub target: Target,
}

/// What a store must know to perform a change, in names and in its own ids.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// The name that the object shall have: username, application name, plan name, `keyName`. Empty for package keys.
    pub name: Box<str>,
    /// What it hangs on, as named after the changes before this one: a user, a package, an application.
    pub parent: Option<Address>,
    /// The object in the store, for all but creates.
    pub live: Option<LiveTarget>,
    pub key: Option<KeyTarget>,
}

/// The object in the store that a change is about, as the plan saw it. A file holds the two fingerprints, and whoever
/// reads it finds the object anew.
#[derive(Clone)]
pub struct LiveTarget {
    /// The fingerprint of the store's id.
    pub object: Digest,
    /// [`LiveObject::fingerprint`] of what the plan was made from.
    pub fingerprint: Digest,
    /// The id itself, once the object is found.
    id: Option<LiveId>,
}

impl LiveTarget {
    /// An object that is in front of us.
    pub fn of(live: &LiveObject) -> Self {
        Self { object: live.id.fingerprint(), fingerprint: live.fingerprint(), id: Some(live.id.clone()) }
    }

    /// An object that a plan saw some time ago.
    pub const fn seen(object: Digest, fingerprint: Digest) -> Self {
        Self { object, fingerprint, id: None }
    }

    /// The id; nothing for a plan that was read and whose objects were not looked for yet.
    pub const fn id(&self) -> Option<&LiveId> {
        self.id.as_ref()
    }
}

/// The id is the same when its fingerprint is, and not every plan has it.
impl PartialEq for LiveTarget {
    fn eq(&self, other: &Self) -> bool {
        (self.object, self.fingerprint) == (other.object, other.fingerprint)
    }
}

impl Eq for LiveTarget {}

/// What only changes of package keys have.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyTarget {
    /// The package that the key shall be in. Its plan is the field `plan`.
    pub package: Address,
    pub value: ValueFrom,
    /// Whether a shared secret goes with a create.
    pub with_secret: bool,
    /// Where the value is to be written once the key exists.
    pub deliver: Vec<Delivery>,
    /// The fingerprint of the id of the key in the store of which a created one is the next generation.
    pub follows: Option<Digest>,
}

/// Where the value of a created or replaced key comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ValueFrom {
    /// Keywright mints `length` characters that begin with `prefix`.
    Minted { prefix: Box<str>, length: usize },
    /// The store mints it.
    Store,
    /// The manifest says where it is read from.
    Given,
    /// The key in the store keeps its value.
    Kept,
}

/// What is done to an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Action {
    Create,
    Update,
    /// An update that does nothing but switch the object on.
    Enable,
    /// An update that does nothing but switch the object off.
    Disable,
    /// Delete and create, because a field that can not change must change.
    Replace,
    /// Writes an existing key's value to where its consumer reads it; the store is not touched.
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

/// One field before and after. Nothing means: not set.
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

    /// The value that the change gives to a field, if it touches it.
    pub fn after(&self, field: &str) -> Option<&Value> {
        self.fields.iter().find(|change| change.field == field).and_then(|change| change.after.as_ref())
    }
}
