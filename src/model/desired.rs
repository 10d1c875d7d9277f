//! The valid, resolved content of all manifests. Only the rules create it.

use std::borrow::Cow;

use super::Address;
use super::ByAddress;
use super::FieldName;
use super::Instant;
use super::Kind;
use super::LiveId;
use super::Secret;
use super::Value;
use crate::diagnostic::Place;
use crate::text::quoted;

/// All declared objects, by address.
#[derive(Default)]
pub struct Desired {
    pub objects: ByAddress<Declared>,
    /// The objects whose manifests remove them (`metadata.removed`). Nothing else in `objects` is about them.
    pub removed: Option<Box<Self>>,
}

impl Desired {
    /// The declared objects of one kind, in the order of their addresses.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Declared> {
        self.objects.of(kind).map(|(_, object)| object)
    }

    pub fn get(&self, address: &Address) -> Option<&Declared> {
        self.objects.get(address)
    }

    /// The objects that manifests remove, in the order of their addresses.
    pub fn removals(&self) -> impl Iterator<Item = &Declared> {
        self.removed.iter().flat_map(|removed| removed.objects.values())
    }

    /// What a manifest says about an address, also that it is removed.
    pub fn manifest_of(&self, address: &Address) -> Option<&Declared> {
        self.get(address).or_else(|| self.removed.as_ref()?.get(address))
    }
}

/// One declared object.
pub struct Declared {
    pub address: Address,
    /// The place of its name in the manifest.
    pub place: Place,
    /// Its name in the store: username, application name, plan name, `keyName`. Empty for package keys.
    pub name: Box<str>,
    /// Its parent: the user of an application, the package of a plan, the application of a key.
    pub parent: Option<Reference>,
    /// Former addresses that the store may still use (`metadata.previously`).
    pub previously: Vec<Reference>,
    /// `metadata.protect`: Keywright never deletes, replaces or disables it.
    pub protect: bool,
    /// The managed fields, in the order of the manifest kind.
    pub fields: Vec<DesiredField>,
    pub key: Option<Box<DeclaredKey>>,
    pub presence: Presence,
}

impl Declared {
    pub fn field(&self, field: &str) -> Option<&DesiredField> {
        self.fields.iter().find(|desired| desired.field == field)
    }

    /// The declared value of a field. `None` if the field is not managed.
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.field(field).map(|desired| &desired.value)
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        self.value(field).and_then(Value::as_text)
    }

    /// The place of a field, or of the object if the field is not declared.
    pub fn place_of(&self, field: &str) -> Place {
        self.field(field).map_or(self.place, |desired| desired.place)
    }
}

/// Whether an object must exist (`ApiKey.spec.state`, `metadata.removed`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Presence {
    #[default]
    Present,
    Absent,
    /// The object goes, with everything that hangs on it.
    Removed,
}

/// One field that a manifest sets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DesiredField {
    pub field: FieldName,
    pub value: Value,
    pub place: Place,
}

/// A reference from one object to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    pub address: Address,
    pub place: Place,
}

/// The properties that only package keys have.
pub struct DeclaredKey {
    pub package: Reference,
    pub plan: Reference,
    pub source: KeySource,
    /// The shared secret; sent only when the key is created.
    pub secret: Option<SecretSource>,
    pub rotation: Option<Rotation>,
    /// The age in seconds at which each generation ends (`expires: {after: …}`).
    pub ends_after: Option<i64>,
    pub deliver: Vec<Delivery>,
}

impl DeclaredKey {
    /// The key of the store that the manifest names by its id: the only one, or the first generation.
    pub const fn named(&self) -> Option<&ExistingKey> {
        match &self.source {
            KeySource::Existing(existing) => Some(existing),
            KeySource::Generate(generated) => generated.first.as_ref(),
            KeySource::Custom(_) => None,
        }
    }
}

/// Where a key's value comes from.
pub enum KeySource {
    Generate(Generated),
    Custom(SecretSource),
    /// A key of the store, which Keywright never creates.
    Existing(ExistingKey),
}

/// A value that Keywright generates, or the store (`by_store`).
pub struct Generated {
    /// The first characters of a new value: the declared prefix, or one of its own ([`super::own_prefix`]). Empty only
    /// for a value of the store.
    pub prefix: Box<str>,
    /// The prefixes that the key had under former names.
    pub former: Vec<Box<str>>,
    pub by_store: bool,
    /// Whether the value ends with a checksum ([`super::has_checksum`]).
    pub has_checksum: bool,
    /// A key of the store that is the first generation (`existing` beside `generate`).
    pub first: Option<ExistingKey>,
    pub place: Place,
}

/// A key of the store that is declared by its id.
pub struct ExistingKey {
    pub id: LiveId,
    pub place: Place,
}

/// Where a secret is read from.
#[derive(Clone)]
pub struct SecretSource {
    pub origin: SecretOrigin,
    pub place: Place,
}

impl SecretSource {
    /// Where the secret is read, in words, and never what it is.
    pub fn in_words(&self) -> String {
        match &self.origin {
            SecretOrigin::Literal(_) => "the manifest".to_owned(),
            SecretOrigin::Env(name) => format!("the variable {}", quoted(name)),
            SecretOrigin::File(path) => format!("the file {}", quoted(path)),
            // Its arguments may be secrets.
            SecretOrigin::Command(words) => format!("the program {}", quoted(words.first().map_or("", |word| word))),
        }
    }

    /// The variable that the secret is read from, if it is one.
    pub fn variable(&self) -> Option<&str> {
        if let SecretOrigin::Env(name) = &self.origin { Some(name) } else { None }
    }
}

#[derive(Clone)]
pub enum SecretOrigin {
    /// An environment variable; its name must have an allowed prefix.
    Env(Box<str>),
    /// A file, relative to the workspace. A line break at its end is ignored.
    File(Box<str>),
    /// A program and its arguments, whose standard output is the secret.
    Command(Vec<Box<str>>),
    /// The text in the manifest.
    Literal(Secret),
}

/// When a generated key gets a successor. Durations are in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rotation {
    /// Age of the current key at which its successor is created.
    pub every: i64,
    /// How long the old key stays active after the new one is created.
    pub overlap: i64,
    /// How long the old key stays disabled before it is deleted.
    pub grace: i64,
    /// A current key that was created before this moment gets its successor now.
    pub since: Option<Instant>,
}

/// What a place receives of a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Deliverable {
    /// The value with which callers sign in.
    Key,
    SharedSecret,
}

/// A place that receives the value or the shared secret of a key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Delivery {
    /// The name of a sink in the settings. `None` for a file of the workspace with lines of `NAME=value`.
    pub sink: Option<Box<str>>,
    /// Relative to the workspace, or the path in the sink.
    pub file: Box<str>,
    pub variable: Box<str>,
    pub what: Deliverable,
}

impl Delivery {
    /// The variable of a file of the workspace that receives the value of a key.
    pub fn file(file: impl Into<Box<str>>, variable: impl Into<Box<str>>) -> Self {
        Self { sink: None, file: file.into(), variable: variable.into(), what: Deliverable::Key }
    }

    pub fn is_secret(&self) -> bool {
        self.what == Deliverable::SharedSecret
    }

    /// The name, and what it names if that is not the value of a key, for messages.
    pub fn name(&self) -> Cow<'_, str> {
        match self.what {
            Deliverable::Key => Cow::Borrowed(&self.variable),
            Deliverable::SharedSecret => Cow::Owned(format!("{}, the shared secret", self.variable)),
        }
    }

    /// The place without the name, for messages.
    pub fn place(&self) -> Cow<'_, str> {
        match &self.sink {
            None => Cow::Borrowed(&self.file),
            Some(sink) => Cow::Owned(format!("{} of {sink}", self.file)),
        }
    }
}
