//! What runs applied: the declared fields of each object, as a run wrote them or found them equal. With it, a plan knows a
//! difference that someone made in the store from one that the manifests make.

use std::collections::BTreeMap;

use sha2::Digest as _;
use sha2::Sha256;

use super::known::KnownObjects;
use super::known::trace_of;
use crate::diff;
use crate::model::Attributes;
use crate::model::FieldName;
use crate::model::FingerprintKey;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Value;

/// The records by kind and by [`trace_of`] the ids.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Applied(BTreeMap<Kind, BTreeMap<Box<str>, Record>>);

impl Applied {
    /// Sets the records of a kind; of several rows of one object, the last counts. All at once, because the nodes of a map
    /// that grows row by row stay half empty.
    pub fn set(&mut self, kind: Kind, rows: Vec<(Box<str>, Record)>) {
        self.0.insert(kind, rows.into_iter().collect());
    }

    pub fn get(&self, kind: Kind, trace: &str) -> Option<&Record> {
        self.0.get(&kind)?.get(trace)
    }

    /// The record of a live object. What is recorded about a key with another value is about another key.
    pub fn of(&self, live: &LiveObject, known: &KnownObjects, key: Option<&FingerprintKey>) -> Option<&Record> {
        let kind = live.address.kind();
        let record = self.get(kind, &trace_of(kind, &live.id, key)?)?;
        let fits = live.key.is_none() || known.of(live, key).is_some_and(|known| known.fits(live, key));
        fits.then_some(record)
    }
}

/// Under these names the record of a key has its application and its package, by the addresses in the manifests. They are no
/// fields of a key.
pub const APPLICATION: &str = "declaredIn";
pub const PACKAGE: &str = "declaredFor";

/// The fields of one object as an apply left them. Contains no custom attributes, because they may be secrets.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Record {
    pub values: Attributes,
    /// The digests of values that are too long: notes, descriptions and lists can have any length.
    pub digests: BTreeMap<FieldName, Digest>,
}

impl Record {
    /// Adds a field, if it may be recorded.
    pub fn insert(&mut self, field: FieldName, value: &Value) {
        if !is_recorded(&field) {
        } else if is_short(value) {
            self.values.insert(field, value.clone());
        } else {
            let digest = Digest::of(&field, value);
            self.digests.insert(field, digest);
        }
    }

    /// Takes a field over from an older record of the object.
    pub fn keep(&mut self, field: &FieldName, before: &Self) {
        if let Some(value) = before.values.get(field) {
            self.values.insert(field.clone(), value.clone());
        } else if let Some(digest) = before.digests.get(field) {
            self.digests.insert(field.clone(), digest.clone());
        }
    }

    pub fn get(&self, field: &str) -> Option<&Value> {
        self.values.get(field)
    }

    /// Whether the apply left this value. `None` if that is not recorded.
    pub fn is(&self, field: &str, value: Option<&Value>) -> Option<bool> {
        if let Some(base) = self.values.get(field) {
            return Some(value.map_or(base.is_empty(), |value| diff::is_same(field, base, value)));
        }
        let digest = self.digests.get(field)?;
        Some(value.is_some_and(|value| *digest == Digest::of(field, value)))
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.digests.is_empty()
    }
}

/// SHA-256 of a value, in hexadecimal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Digest(Box<str>);

impl Digest {
    fn of(field: &str, value: &Value) -> Self {
        let mut hash = Sha256::new();
        match &*diff::folded(field, value) {
            Value::Set(items) => items.iter().for_each(|item| {
                hash.update(item.len().to_be_bytes());
                hash.update(item.as_bytes());
            }),
            value => hash.update(value.to_string()),
        }
        Self(hash.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")).into())
    }

    pub fn parse(text: &str) -> Option<Self> {
        let is_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_digest.then(|| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Of a longer value only the digest is recorded, in bytes of JSON.
const LONGEST: usize = 8_000;

/// Whether a value is recorded as it is.
pub fn is_short(value: &Value) -> bool {
    let length = |text: &str| 2 + text.chars().map(escaped).sum::<usize>();
    match value {
        Value::Text(text) => length(text) <= LONGEST,
        Value::Set(items) => items.iter().map(|item| 1 + length(item)).sum::<usize>() < LONGEST,
        Value::Number(_) | Value::Bool(_) => true,
    }
}

/// The length of a character in JSON.
const fn escaped(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        _ => character.len_utf8(),
    }
}

/// Whether the record may contain a field. Values of custom attributes can be secrets under any name.
pub fn is_recorded(field: &str) -> bool {
    !field.starts_with("eav.") && !field.starts_with("extendedAttributes.")
}
