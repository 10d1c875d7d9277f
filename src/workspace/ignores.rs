//! Fields that a store ignores, as the workspace file lists them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::model::FieldName;
use crate::model::Kind;

/// The fields of each kind that no update tries to set.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ignores(BTreeMap<Kind, BTreeSet<FieldName>>);

impl Ignores {
    pub fn add(&mut self, kind: Kind, field: FieldName) {
        self.0.entry(kind).or_default().insert(field);
    }

    pub fn covers(&self, kind: Kind, field: &str) -> bool {
        self.0.get(&kind).is_some_and(|fields| fields.iter().any(|ignored| **ignored == *field))
    }

    /// The fields of a kind, in the order of their names.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &FieldName> {
        self.0.get(&kind).into_iter().flatten()
    }
}
