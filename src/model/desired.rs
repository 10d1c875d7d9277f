//! The valid, resolved content of all manifests. Made only by the rules.

use std::collections::BTreeMap;

use super::Address;
use super::FieldName;
use super::Kind;
use super::Secret;
use super::Value;
use crate::diagnostic::Place;

/// All that the manifests declare, by address.
#[derive(Default)]
pub struct Desired {
    pub objects: BTreeMap<Address, Declared>,
}

impl Desired {
    /// The declared objects of one kind, in the order of their addresses.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Declared> {
        self.objects.values().filter(move |object| object.address.kind() == kind)
    }

    pub fn get(&self, address: &Address) -> Option<&Declared> {
        self.objects.get(address)
    }
}

/// One declared object.
pub struct Declared {
    pub address: Address,
    /// Where its name stands in the manifest.
    pub place: Place,
    /// The store's name for it: username, application name, plan name, `keyName`. Empty for package keys.
    pub name: Box<str>,
    /// The object that it hangs on: an application's user, a plan's package, a key's application.
    pub parent: Option<Reference>,
    /// Addresses under which the object may still be known in the store (`metadata.previously`).
    pub previously: Vec<Reference>,
    /// `metadata.protect`: Keywright never deletes, replaces or disables it.
    pub protect: bool,
    /// The managed fields, in the order of the manifest kind.
    pub fields: Vec<DesiredField>,
    /// What only package keys have.
    pub key: Option<Box<DeclaredKey>>,
    pub presence: Presence,
}

impl Declared {
    pub fn field(&self, field: &str) -> Option<&DesiredField> {
        self.fields.iter().find(|desired| desired.field == field)
    }

    /// The declared value of a field, or nothing when the field is not managed.
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.field(field).map(|desired| &desired.value)
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        self.value(field).and_then(Value::as_text)
    }

    /// Where a field is declared, or where the object is when the field is not.
    pub fn place_of(&self, field: &str) -> Place {
        self.field(field).map_or(self.place, |desired| desired.place)
    }
}

/// Whether an object shall be there at all (`ApiKey.spec.state`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Presence {
    #[default]
    Present,
    Absent,
}

/// One field that a manifest sets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DesiredField {
    pub field: FieldName,
    pub value: Value,
    pub place: Place,
}

/// An object named by another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    pub address: Address,
    pub place: Place,
}

/// What only package keys have.
pub struct DeclaredKey {
    pub package: Reference,
    pub plan: Reference,
    pub source: KeySource,
    /// The shared secret beside the key value; sent on create only.
    pub secret: Option<SecretSource>,
    pub rotation: Option<Rotation>,
    pub deliver: Vec<Delivery>,
}

/// Where a key's value comes from.
pub enum KeySource {
    /// Keywright mints it, beginning with `prefix`; or, with `by_store`, the store does.
    Generate {
        prefix: Box<str>,
        by_store: bool,
        place: Place,
    },
    Custom(SecretSource),
}

/// Where a secret is read from, before matching.
#[derive(Clone)]
pub struct SecretSource {
    pub origin: SecretOrigin,
    pub place: Place,
}

#[derive(Clone)]
pub enum SecretOrigin {
    /// An environment variable; its name must have an allowed prefix.
    Env(Box<str>),
    /// A file, relative to the workspace; a line break at its end is not part of the secret.
    File(Box<str>),
    /// A program and its arguments, whose standard output is the secret.
    Command(Vec<Box<str>>),
    /// Written in the manifest itself.
    Literal(Secret),
}

/// When a generated key is followed by a new one. All in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rotation {
    /// Age of the current key at which the next one is made.
    pub every: i64,
    /// How long the old key stays active beside the new one.
    pub overlap: i64,
    /// How long the old key stays disabled before it is deleted.
    pub grace: i64,
}

/// A file that receives the key's value as `NAME=value`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Delivery {
    /// Relative to the workspace.
    pub file: Box<str>,
    pub variable: Box<str>,
}
