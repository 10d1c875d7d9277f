//! A row of a store that was not understood: it exists, but it cannot be matched, changed or deleted.

use std::borrow::Cow;

use super::Address;
use super::Kind;
use super::LiveId;
use super::Secret;

/// A row without a part of its identity: a key without an application, a user without a username.
pub struct OddRow {
    pub kind: Kind,
    pub id: Option<LiveId>,
    pub name: Option<Box<str>>,
    /// The objects that the row names and that are understood: its parent; for a package key also package and plan.
    pub parents: Vec<Address>,
    /// The value of a package key.
    pub value: Option<Secret>,
    /// The property that was not understood, as the store names it.
    pub property: Cow<'static, str>,
}

impl OddRow {
    /// The parent of a kind, if the row names it.
    pub fn parent(&self, kind: Kind) -> Option<&Address> {
        self.parents.iter().find(|parent| parent.kind() == kind)
    }

    /// Whether it is a key of Managed File Transfer without a name, which the service allows.
    pub fn is_nameless_api_key(&self) -> bool {
        self.kind == Kind::ApiKey && self.name.is_none() && self.property == "keyName"
    }

    /// The row in a sentence.
    pub fn described(&self) -> String {
        if self.name.is_none() && (self.id.is_none() || self.kind == Kind::ApiKey) {
            return format!("one of the {} in the store", self.kind.plural());
        }
        format!("the {} {} in the store", self.kind.noun(), self.label())
    }

    /// The row for messages. The id of an API key may be its value, so it is not shown.
    pub fn label(&self) -> String {
        let id = self.id.as_ref().filter(|_| self.kind != Kind::ApiKey).map(LiveId::expose);
        match (self.name.as_deref(), id) {
            (Some(name), Some(id)) => format!("`{}` ({})", crate::text::quoted(name), crate::text::quoted(id)),
            (Some(name), None) => format!("`{}`", crate::text::quoted(name)),
            (None, Some(id)) => crate::text::quoted(id).into_owned(),
            (None, None) => "one without name and id".to_owned(),
        }
    }
}
