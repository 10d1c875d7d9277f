//! What runs applied: the declared fields of each object, as a run wrote them or found them equal. With it, a plan knows a
//! difference that someone made in the store from one that the manifests make.

use std::collections::BTreeMap;

use super::known::KnownObjects;
use super::known::trace_of;
use crate::model::Attributes;
use crate::model::FingerprintKey;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Value;

/// The fields by kind and by [`trace_of`] the ids. Contains no custom attributes, because they may be secrets.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Applied(BTreeMap<Kind, BTreeMap<Box<str>, Attributes>>);

impl Applied {
    pub fn insert(&mut self, kind: Kind, trace: &str, fields: Attributes) {
        self.0.entry(kind).or_default().insert(trace.into(), fields);
    }

    pub fn get(&self, kind: Kind, trace: &str) -> Option<&Attributes> {
        self.0.get(&kind)?.get(trace)
    }

    /// The fields of a live object. What is recorded about a key with another value is about another key.
    pub fn of(&self, live: &LiveObject, known: &KnownObjects, key: Option<&FingerprintKey>) -> Option<&Attributes> {
        let kind = live.address.kind();
        let fields = self.get(kind, &trace_of(kind, &live.id, key)?)?;
        let fits = live.key.is_none() || known.of(live, key).is_some_and(|known| known.fits(live, key));
        fits.then_some(fields)
    }
}

/// A longer value is not recorded, in bytes of JSON: notes and descriptions can have any length.
pub const LONGEST: usize = 8_000;

/// Bytes of JSON for one byte of text.
const ESCAPED: usize = 6;

/// Whether the record certainly contains a value.
pub fn is_short(value: &Value) -> bool {
    value.to_string().len() * ESCAPED <= LONGEST
}

/// Whether the record may contain a field. Values of custom attributes can be secrets under any name.
pub fn is_recorded(field: &str) -> bool {
    !field.starts_with("eav.") && !field.starts_with("extendedAttributes.")
}
