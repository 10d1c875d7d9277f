//! The ordered changes that make a store what the manifests say. Only data: it can be shown, saved, reviewed.
//!
//! Absent on purpose: key values (a change says where a value comes from, never what it is), and anything that acts.

mod access;
mod build;
mod draft;
pub mod forecast;
mod guards;
mod live_rules;
mod order;
mod organizations;
mod own_key;
mod prune;
mod recheck;
pub mod remembered;
mod transfer_guards;
mod transfer_rules;

pub use build::Context;
pub use build::Options;
pub use build::Planned;
pub use build::plan;
pub use forecast::Forecast;
pub use forecast::Tariff;
pub use guards::MaxDelete;
pub use organizations::resolve_organizations;
pub use recheck::recheck;
pub use remembered::Remembered;

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::Place;
use crate::model::Address;
use crate::model::Delivery;
use crate::model::Digest;
use crate::model::FieldName;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::Value;

/// What `apply` would do, in order.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Dependencies stand before what depends on them.
    pub changes: Vec<Change>,
    /// Declared objects that are as they should be, by kind.
    pub unchanged: BTreeMap<Kind, usize>,
    /// Objects of the store that no manifest declares and that the workspace does not own, by kind.
    pub left_alone: BTreeMap<Kind, usize>,
    /// Objects that are not wanted but stay, with the reason.
    pub kept: Vec<Kept>,
}

/// An object that is owned and not wanted, and stays all the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    pub address: Address,
    pub why: String,
}

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
    pub place: Option<Place>,
    /// Indexes in [`Plan::changes`] of what must be done first. All are smaller than the change's own index.
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

/// The object in the store that a change is about, as the plan saw it.
#[derive(Clone, PartialEq, Eq)]
pub struct LiveTarget {
    pub id: LiveId,
    /// [`crate::model::LiveObject::fingerprint`] of what the plan was made from.
    pub fingerprint: Digest,
}

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
    /// The key in the store of which a created one is the next generation.
    pub follows: Option<LiveId>,
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

impl Plan {
    pub const fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many changes do `action`.
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }
}

impl Change {
    /// The value that the change gives to a field, if it touches it.
    pub fn after(&self, field: &str) -> Option<&Value> {
        self.fields.iter().find(|change| change.field == field).and_then(|change| change.after.as_ref())
    }
}
