//! One live object on its way to a manifest.

use crate::manifest::documents;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;

/// A manifest that is not verified yet.
pub(super) struct Draft {
    pub(super) kind: Kind,
    /// The address of the object in the store.
    pub(super) live: Address,
    pub(super) id: LiveId,
    /// The address that the manifest declares.
    pub(super) declares: Address,
    /// `metadata.name`.
    pub(super) name: String,
    /// What the object depends on, by addresses in the store.
    pub(super) needs: Vec<Address>,
    /// The fields below `spec`, in the order in which the manifest kind declares them.
    pub(super) fields: Vec<Field>,
    /// The fields of the object that the manifest does not contain.
    pub(super) omitted: Vec<Omitted>,
}

/// A field below `spec`, or a field inside a mapping there: `throttle` and `perSecond`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Field {
    pub(super) outer: String,
    pub(super) inner: Option<String>,
    pub(super) value: Value,
}

/// A field that the manifest does not contain, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Omitted {
    /// The field as in a plan: `quota.per`.
    pub field: String,
    /// A sentence without a full stop.
    pub reason: String,
}

impl Field {
    pub(super) fn new(name: &str, value: Value) -> Self {
        let (outer, inner) = match name.split_once('.') {
            None => (name, None),
            Some((outer, inner)) => (outer, Some(inner.to_owned())),
        };
        Self { outer: outer.to_owned(), inner, value }
    }

    /// The name as in a plan.
    pub(super) fn path(&self) -> String {
        match &self.inner {
            None => self.outer.clone(),
            Some(inner) => format!("{}.{inner}", self.outer),
        }
    }
}

impl Draft {
    pub(super) fn new(object: &LiveObject, declares: Address, name: String, needs: Vec<Address>) -> Self {
        Self {
            kind: object.address.kind(),
            live: object.address.clone(),
            id: object.id.clone(),
            declares,
            name,
            needs,
            fields: Vec::new(),
            omitted: Vec::new(),
        }
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.push(Field::new(name, value.into()));
    }

    pub(super) fn omit(&mut self, field: impl Into<String>, reason: impl Into<String>) {
        self.omitted.push(Omitted { field: field.into(), reason: reason.into() });
    }

    /// Sorts the fields by the order of the manifest kind.
    pub(super) fn sort(&mut self) {
        let order = field_order(self.kind);
        let at = |field: &Field| order.iter().position(|name| *name == field.outer).unwrap_or(usize::MAX);
        self.fields.sort_by_cached_key(|field| (at(field), field.outer.clone(), field.inner.clone()));
    }
}

/// The fields below `spec` of a kind, as declared.
fn field_order(kind: Kind) -> &'static [String] {
    static ORDERS: std::sync::LazyLock<[Vec<String>; 6]> = std::sync::LazyLock::new(|| {
        Kind::ALL.map(|kind| {
            let schema = documents::of_kind(kind);
            let fields = schema["properties"]["spec"]["properties"].as_object();
            fields.map_or_else(Vec::new, |fields| fields.keys().cloned().collect())
        })
    });
    &ORDERS[kind as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_a_mapping_keeps_dots_in_its_own_name() {
        let field = Field::new("eav.a.b", Value::text("x"));
        assert_eq!((field.outer.as_str(), field.inner.as_deref()), ("eav", Some("a.b")));
        assert_eq!(field.path(), "eav.a.b");
        assert_eq!(Field::new("email", Value::text("x")).path(), "email");
    }
}
