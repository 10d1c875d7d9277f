//! Converts one key on the wire to one object of the model, and back (`mft-api-keys.md` 2.1).

use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::Datelike;
use chrono::NaiveDateTime;
use chrono::SecondsFormat;
use serde_json::Value as Json;

use super::answer::property;
use super::api::Object;
use super::scope;
use super::scope::ListKind;
use super::scope::ListStyles;
use crate::model::Address;
use crate::model::Attributes;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::OddRow;
use crate::model::Value;
use crate::model::transfer::TransferKey;
use crate::plan::FieldChange;
use crate::store::Refusal;

/// Properties that are never sent: `name` is computed, and the effect of setting a deletion mark is unknown (2.2, 2.6).
const NEVER_SENT: [&str; 3] = ["name", "deletedBy", "deletedDate"];

/// The fields by their names in manifests and in the API.
const FIELDS: [(&str, &str); 4] = [
    ("enabled", "enabled"),
    ("allowedApis", "allowedApis"),
    ("allowedOrgs", "allowedOrgs"),
    ("expires", "expirationDate"),
];

/// The lists, whose names are the same in manifests and in the API.
const LISTS: [(&str, ListKind); 2] = [("allowedApis", ListKind::ApiTypes), ("allowedOrgs", ListKind::Organizations)];

/// One key of the list.
pub(super) struct Key {
    pub(super) id: LiveId,
    /// Without spaces at its ends, to match the name in the manifest.
    pub(super) name: Box<str>,
    /// Unchanged, with unknown properties.
    row: Object,
}

/// A row of the list.
pub(super) enum Row {
    Key(Key),
    /// Marked as deleted; with its name, if it has one.
    Deleted(Option<Box<str>>),
    /// A key with a property that was not understood.
    Odd(OddRow),
}

/// Reads a row.
pub(super) fn row(row: Json) -> Row {
    let Json::Object(row) = row else { return odd(None, None, "id") };
    let text = |name: &str| property(&row, name).and_then(|(_, value)| value.as_str());
    let name: Option<Box<str>> = text("keyName").map(str::trim).filter(|name| !name.is_empty()).map(Into::into);
    let id = super::list::text(&row, "id").map(LiveId::new);
    match is_deleted(&row) {
        Some(true) => return Row::Deleted(name),
        Some(false) => {}
        None => return odd(id, name, "deletedDate"),
    }
    let Some(name) = name else { return odd(id, None, "keyName") };
    let Some(id) = id else { return odd(None, Some(name), "id") };
    if enabled(&row).is_none() {
        return odd(Some(id), Some(name), "enabled");
    }
    Row::Key(Key { id, name, row })
}

fn odd(id: Option<LiveId>, name: Option<Box<str>>, property: &'static str) -> Row {
    let (kind, property) = (Kind::ApiKey, property.into());
    Row::Odd(OddRow { kind, id, name, parents: Vec::new(), value: None, property })
}

/// Also as a text.
fn enabled(row: &Object) -> Option<bool> {
    match property(row, "enabled")?.1 {
        Json::Bool(enabled) => Some(*enabled),
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// `None` if the mark is not understood: the key may still be in use.
fn is_deleted(row: &Object) -> Option<bool> {
    match property(row, "deletedDate").map(|(_, value)| value) {
        None | Some(Json::Null) => Some(false),
        Some(Json::String(text)) if text.is_empty() => Some(false),
        Some(Json::String(text)) => instant(text).map(|date| date.is_some()),
        Some(_) => None,
    }
}

impl Key {
    fn text(&self, name: &str) -> Option<&str> {
        property(&self.row, name).and_then(|(_, value)| value.as_str()).filter(|text| !text.is_empty())
    }

    /// The key as a row that is not understood.
    pub(super) fn into_odd(self, property: &'static str) -> OddRow {
        let (kind, property) = (Kind::ApiKey, property.into());
        OddRow { kind, id: Some(self.id), name: Some(self.name), parents: Vec::new(), value: None, property }
    }

    /// The time of the last change, which serves as a version (3.5).
    pub(super) fn version(&self) -> Option<&str> {
        self.text("updatedDate")
    }

    pub(super) fn tenant(&self) -> Option<i64> {
        property(&self.row, "tenantId").and_then(|(_, value)| value.as_i64())
    }

    fn date(&self, name: &str) -> Option<Instant> {
        self.text(name).and_then(instant).flatten()
    }

    /// The fields that Keywright manages, and the names of those that it cannot read.
    pub(super) fn attributes(&self) -> (Attributes, BTreeSet<&'static str>) {
        let mut attributes = Attributes::default();
        let mut unread = BTreeSet::new();
        attributes.insert("enabled", Value::Bool(enabled(&self.row).unwrap_or(false)));
        for (name, of) in LISTS {
            match scope::read(of, property(&self.row, name).map(|(_, value)| value)) {
                None => {
                    unread.insert(name);
                }
                Some(scope) if scope.items.is_empty() => {}
                Some(scope) => {
                    attributes.insert(name, Value::set(scope.items));
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
            unread: BTreeSet::new(),
        }
    }

    pub(super) fn facts(&self) -> TransferKey {
        let other = self.text("name").filter(|name| name.trim() != &*self.name);
        TransferKey {
            tenant: self.tenant(),
            // A name that may be a key's value must not be printed.
            other_name: other.filter(|name| !crate::rules::looks_like_a_key(name)).map(Into::into),
            changed_by: self.text("updatedBy").or_else(|| self.text("createdBy")).map(Into::into),
            unread: self.attributes().1,
            unclear: self.unclear(),
        }
    }

    /// The lists that are missing or empty, but not null.
    fn unclear(&self) -> BTreeSet<&'static str> {
        let is_unclear = |of, name| match property(&self.row, name) {
            None => true,
            Some((_, value)) => scope::read(of, Some(value)).is_some_and(|scope| scope.is_unclear()),
        };
        LISTS.into_iter().filter(|(name, of)| is_unclear(*of, name)).map(|(name, _)| name).collect()
    }

    /// Counts the formats of this key's lists.
    pub(super) fn count_styles(&self, styles: &mut SiteStyles) {
        for (name, of) in LISTS {
            if let Some(scope) = scope::read(of, property(&self.row, name).map(|(_, value)| value)) {
                styles.of(of).learn(&scope);
            }
        }
    }

    /// The whole object with the changed fields. Unknown properties and `enabled` are always sent (Q10, Q11).
    pub(super) fn changed(&self, changes: &[FieldChange], styles: &SiteStyles) -> Object {
        let mut body = self.row.clone();
        body.retain(|name, _| !NEVER_SENT.iter().any(|never| name.eq_ignore_ascii_case(never)));
        set(&mut body, changes, styles);
        body
    }
}

/// The formats of the site's lists.
#[derive(Default)]
pub(super) struct SiteStyles {
    organizations: ListStyles,
    api_types: ListStyles,
}

impl SiteStyles {
    fn of(&mut self, of: ListKind) -> &mut ListStyles {
        match of {
            ListKind::Organizations => &mut self.organizations,
            ListKind::ApiTypes => &mut self.api_types,
        }
    }
}

/// A new key, without properties that the site sets. It has no id, because the site could use it as the value (Q6).
pub(super) fn new(name: &str, changes: &[FieldChange], tenant: Option<i64>, styles: &SiteStyles) -> Object {
    let mut body = Object::new();
    body.insert("keyName".into(), Json::from(name));
    body.insert("enabled".into(), Json::from(false));
    for (_, name) in &FIELDS[1..] {
        body.insert((*name).into(), Json::Null);
    }
    if let Some(tenant) = tenant {
        body.insert("tenantId".into(), Json::from(tenant));
    }
    set(&mut body, changes, styles);
    body
}

/// Refuses fields without a property, which a write would leave out.
pub(super) fn check(changes: &[FieldChange]) -> Result<(), Refusal> {
    match changes.iter().find(|change| property_of(&change.field).is_none()) {
        Some(change) => Err(Refusal::unknown_field(Kind::ApiKey, &change.field)),
        None => Ok(()),
    }
}

fn property_of(field: &str) -> Option<&'static str> {
    FIELDS.iter().find(|(name, _)| *name == field).map(|(_, property)| *property)
}

fn set(body: &mut Object, changes: &[FieldChange], styles: &SiteStyles) {
    for change in changes {
        let Some(name) = property_of(&change.field) else { continue };
        // Keep the site's spelling of the property, to avoid a duplicate.
        let present = property(body, name).map(|(name, value)| (name.to_owned(), value.clone()));
        let own = |of| present.as_ref().and_then(|(_, value)| scope::read(of, Some(value)));
        let value = match (&*change.field, &change.after) {
            ("enabled", Some(Value::Bool(on))) => Json::from(*on),
            ("allowedApis", Some(Value::Set(items))) => {
                styles.api_types.write(ListKind::ApiTypes, items, own(ListKind::ApiTypes).as_ref())
            }
            ("allowedOrgs", Some(Value::Set(items))) => {
                styles.organizations.write(ListKind::Organizations, items, own(ListKind::Organizations).as_ref())
            }
            ("expires", Some(Value::Text(end))) if &**end == "never" => Json::Null,
            ("expires", Some(Value::Text(end))) => Json::from(&**end),
            _ => continue,
        };
        let name = present.map_or_else(|| name.to_owned(), |(name, _)| name);
        body.insert(name, value);
    }
}

/// Reads a time with or without an offset (default UTC) and fractions. `Some(None)` for the years 0 and 1, which mean "no
/// date" on this platform; `None` if the text is not a date (1.5).
fn instant(text: &str) -> Option<Option<Instant>> {
    let text = text.trim();
    if text.starts_with("0000-00-00") {
        return Some(None);
    }
    let with_offset = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    let without = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|at| at.and_utc());
    let at = with_offset.or_else(|_| without()).ok()?;
    Some((at.year() > 1).then_some(at))
}

#[cfg(test)]
mod tests;
