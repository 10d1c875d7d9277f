//! One key on the wire ↔ one object of the model (`mft-api-keys.md` 2.1).

use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::Datelike;
use chrono::NaiveDateTime;
use chrono::SecondsFormat;
use serde_json::Value as Json;

use super::answer::property;
use super::api::Object;
use super::scope;
use super::scope::Habit;
use super::scope::Of;
use crate::model::Address;
use crate::model::Attributes;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;
use crate::model::transfer::TransferKey;
use crate::plan::FieldChange;
use crate::store::Refusal;

/// Properties that a request does not have, or that are never written: `name` is computed, and what setting a deletion
/// mark does is not known (2.2, 2.6).
const NEVER_SENT: [&str; 3] = ["name", "deletedBy", "deletedDate"];

/// The fields as manifests call them, and as the API does.
const FIELDS: [(&str, &str); 4] = [
    ("enabled", "enabled"),
    ("allowedApis", "allowedApis"),
    ("allowedOrgs", "allowedOrgs"),
    ("expires", "expirationDate"),
];

/// The lists, by the name that both manifests and the API use.
const LISTS: [(&str, Of); 2] = [("allowedApis", Of::ApiTypes), ("allowedOrgs", Of::Organizations)];

/// One key as the list has it.
pub(super) struct Key {
    pub(super) id: LiveId,
    /// Without the spaces at its ends, so that it is found all the same.
    pub(super) name: Box<str>,
    /// As it came, with everything that nobody knows.
    row: Object,
}

/// What a row of the list is.
pub(super) enum Row {
    Key(Key),
    /// Marked as deleted; its name, if it has one.
    Deleted(Option<Box<str>>),
    Nameless,
}

/// Reads a row. The error goes after the request's name.
pub(super) fn row(row: Json) -> Result<Row, String> {
    let Json::Object(row) = row else { return Err("answered with a list of other things than keys".to_owned()) };
    let text = |name: &str| property(&row, name).and_then(|(_, value)| value.as_str());
    let name: Option<Box<str>> = text("keyName").map(str::trim).filter(|name| !name.is_empty()).map(Into::into);
    if is_deleted(&row) {
        return Ok(Row::Deleted(name));
    }
    let id = text("id").filter(|id| !id.is_empty()).map(LiveId::new);
    let id = id.ok_or("answered with a key that has no id")?;
    if !property(&row, "enabled").is_some_and(|(_, value)| value.is_boolean()) {
        return Err("answered with a key that does not say whether it is enabled".to_owned());
    }
    Ok(match name {
        Some(name) => Row::Key(Key { id, name, row }),
        None => Row::Nameless,
    })
}

fn is_deleted(row: &Object) -> bool {
    match property(row, "deletedDate").map(|(_, value)| value) {
        None | Some(Json::Null) => false,
        Some(Json::String(text)) => !text.is_empty() && instant(text) != Some(None),
        Some(_) => true,
    }
}

impl Key {
    fn text(&self, name: &str) -> Option<&str> {
        property(&self.row, name).and_then(|(_, value)| value.as_str()).filter(|text| !text.is_empty())
    }

    /// When it was changed last, as the site says it: a poor man's version (3.5).
    pub(super) fn version(&self) -> Option<&str> {
        self.text("updatedDate")
    }

    pub(super) fn tenant(&self) -> Option<i64> {
        property(&self.row, "tenantId").and_then(|(_, value)| value.as_i64())
    }

    fn date(&self, name: &str) -> Option<Instant> {
        self.text(name).and_then(instant).flatten()
    }

    /// The fields that Keywright manages, and the names of those that it does not understand.
    pub(super) fn attributes(&self) -> (Attributes, BTreeSet<&'static str>) {
        let mut attributes = Attributes::default();
        let mut unread = BTreeSet::new();
        let enabled = property(&self.row, "enabled").and_then(|(_, value)| value.as_bool());
        attributes.insert("enabled", Value::Bool(enabled.unwrap_or(false)));
        for (name, of) in LISTS {
            match scope::read(of, property(&self.row, name).map(|(_, value)| value)) {
                None => {
                    unread.insert(name);
                }
                Some(scope) if scope.items.is_empty() => {}
                Some(scope) => {
                    attributes.insert(name, Value::Set(scope.items));
                }
            }
        }
        match self.end() {
            Some(end) => {
                attributes.insert("expires", end);
            }
            None => {
                unread.insert("expires");
            }
        }
        (attributes, unread)
    }

    fn end(&self) -> Option<Value> {
        match property(&self.row, "expirationDate").map(|(_, value)| value) {
            None | Some(Json::Null) => Some(Value::text("never")),
            Some(Json::String(text)) if text.is_empty() => Some(Value::text("never")),
            Some(Json::String(text)) => Some(instant(text)?.map_or_else(
                || Value::text("never"),
                |end| Value::text(end.to_rfc3339_opts(SecondsFormat::Secs, true)),
            )),
            Some(_) => None,
        }
    }

    pub(super) fn live(&self) -> LiveObject {
        LiveObject {
            address: Address::api_key(&self.name),
            id: self.id.clone(),
            name: self.name.clone(),
            parent: None,
            parent_id: None,
            attributes: self.attributes().0,
            created: self.date("createdDate"),
            updated: self.date("updatedDate"),
            key: None,
        }
    }

    pub(super) fn facts(&self) -> TransferKey {
        let other = self.text("name").filter(|name| name.trim() != &*self.name);
        TransferKey {
            tenant: self.tenant(),
            // A name that looks like a value is not told.
            other_name: other.filter(|name| !crate::rules::looks_like_a_key(name)).map(Into::into),
            changed_by: self.text("updatedBy").or_else(|| self.text("createdBy")).map(Into::into),
            unread: self.attributes().1,
        }
    }

    /// Tells a habit how this key's lists are written.
    pub(super) fn teach(&self, habits: &mut Habits) {
        for (name, of) in LISTS {
            if let Some(scope) = scope::read(of, property(&self.row, name).map(|(_, value)| value)) {
                habits.of(of).learn(&scope);
            }
        }
    }

    /// The whole object with the changed fields laid over it: what nobody knows goes back as it came, and `enabled` is
    /// always said (Q10, Q11).
    pub(super) fn changed(&self, changes: &[FieldChange], habits: &Habits) -> Object {
        let mut body = self.row.clone();
        body.retain(|name, _| !NEVER_SENT.iter().any(|never| name.eq_ignore_ascii_case(never)));
        set(&mut body, changes, habits);
        body
    }
}

/// How this site writes its lists.
#[derive(Default)]
pub(super) struct Habits {
    organizations: Habit,
    api_types: Habit,
}

impl Habits {
    fn of(&mut self, of: Of) -> &mut Habit {
        match of {
            Of::Organizations => &mut self.organizations,
            Of::ApiTypes => &mut self.api_types,
        }
    }
}

/// A new key: no id, because a sent one could become the value, and nothing that the site sets (Q6).
pub(super) fn new(name: &str, changes: &[FieldChange], tenant: Option<i64>, habits: &Habits) -> Object {
    let mut body = Object::new();
    body.insert("keyName".into(), Json::from(name));
    body.insert("enabled".into(), Json::from(false));
    for (_, name) in &FIELDS[1..] {
        body.insert((*name).into(), Json::Null);
    }
    if let Some(tenant) = tenant {
        body.insert("tenantId".into(), Json::from(tenant));
    }
    set(&mut body, changes, habits);
    body
}

/// Refuses what a write would leave out, because no property is known for it.
pub(super) fn check(changes: &[FieldChange]) -> Result<(), Refusal> {
    match changes.iter().find(|change| property_of(&change.field).is_none()) {
        Some(change) => Err(Refusal::unknown_field(Kind::ApiKey, &change.field)),
        None => Ok(()),
    }
}

fn property_of(field: &str) -> Option<&'static str> {
    FIELDS.iter().find(|(name, _)| *name == field).map(|(_, property)| *property)
}

fn set(body: &mut Object, changes: &[FieldChange], habits: &Habits) {
    for change in changes {
        let Some(name) = property_of(&change.field) else { continue };
        // The site's own spelling of the property, so that there are never two.
        let present = property(body, name).map(|(name, value)| (name.to_owned(), value.clone()));
        let own = |of| present.as_ref().and_then(|(_, value)| scope::read(of, Some(value)));
        let value = match (&*change.field, &change.after) {
            ("enabled", Some(Value::Bool(on))) => Json::from(*on),
            ("allowedApis", Some(Value::Set(items))) => {
                habits.api_types.write(Of::ApiTypes, items, own(Of::ApiTypes).as_ref())
            }
            ("allowedOrgs", Some(Value::Set(items))) => {
                habits.organizations.write(Of::Organizations, items, own(Of::Organizations).as_ref())
            }
            ("expires", Some(Value::Text(end))) if &**end == "never" => Json::Null,
            ("expires", Some(Value::Text(end))) => Json::from(&**end),
            _ => continue,
        };
        let name = present.map_or_else(|| name.to_owned(), |(name, _)| name);
        body.insert(name, value);
    }
}

/// With or without an offset (none is UTC) and fractions; the platform's first day means that there is none, which is
/// `Some(None)`. Nothing when it is no date at all (1.5).
fn instant(text: &str) -> Option<Option<Instant>> {
    let text = text.trim();
    let with_offset = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    let without = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|at| at.and_utc());
    let at = with_offset.or_else(|_| without()).ok()?;
    Some((at.year() > 1).then_some(at))
}

#[cfg(test)]
mod tests;
