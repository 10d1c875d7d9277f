//! The properties of an API key (2.1): one table for answers and the Swagger file.

use std::borrow::Cow;

use serde_json::Value as Json;
use serde_json::json;

use crate::emulator::quirks::Quirk;
use crate::emulator::quirks::Quirks;

/// The type of a property.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    Text,
    Flag,
    Number,
    Instant,
}

pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) is: Is,
    pub(super) can_be_null: bool,
    description: &'static str,
}

pub(super) static PROPERTIES: [Property; 14] = [
    property("id", Is::Text, true, "Names the key; it may be the key itself, so keep it secret."),
    property("enabled", Is::Flag, false, "Whether the key works."),
    property("keyName", Is::Text, true, "The name that people give it."),
    property("tenantId", Is::Number, false, "The tenant that it belongs to."),
    property("allowedApis", Is::Text, true, "The API types that it may call."),
    property("allowedOrgs", Is::Text, true, "The ids of the organizations that it is tied to."),
    property("expirationDate", Is::Instant, true, "From when on it no longer works; null is never."),
    property("createdDate", Is::Instant, false, "When it was made."),
    property("createdBy", Is::Text, true, "Who made it."),
    property("updatedBy", Is::Text, true, "Who updated it last."),
    property("updatedDate", Is::Instant, true, "When it was updated last."),
    property("deletedBy", Is::Text, true, "Who deleted it."),
    property("deletedDate", Is::Instant, true, "When it was deleted; null when it is there."),
    property("name", Is::Text, true, "Returned only, and ignored in requests."),
];

/// Returned with the quirk `mft-unknown-property`.
pub(super) static LABEL: Property = property("label", Is::Text, true, "Not part of the documented key.");

const fn property(name: &'static str, is: Is, can_be_null: bool, description: &'static str) -> Property {
    Property { name, is, can_be_null, description }
}

/// The properties that answers contain.
pub(super) fn visible(quirks: &Quirks) -> impl Iterator<Item = &'static Property> {
    PROPERTIES.iter().chain(quirks.has(Quirk::MftUnknownProperty).then_some(&LABEL))
}

/// A property's name in answers.
pub(super) fn name<'a>(name: &'a str, quirks: &Quirks) -> Cow<'a, str> {
    match name.split_at_checked(1) {
        Some((first, rest)) if quirks.has(Quirk::MftPascalCase) => format!("{}{rest}", first.to_uppercase()).into(),
        _ => name.into(),
    }
}

impl Property {
    /// Its schema. `name` is read-only (2.2).
    pub(super) fn schema(&self) -> Json {
        let mut schema = match self.is {
            Is::Text => json!({"type": "string"}),
            Is::Flag => json!({"type": "boolean"}),
            Is::Number => json!({"type": "integer", "format": "int32"}),
            Is::Instant => json!({"type": "string", "format": "date-time"}),
        };
        schema["description"] = json!(self.description);
        if self.can_be_null {
            schema["nullable"] = json!(true);
        }
        if self.name == "name" {
            schema["readOnly"] = json!(true);
        }
        schema
    }
}
