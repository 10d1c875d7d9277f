//! One key: the object in the store, and its data beside the store.

use std::collections::BTreeSet;

use super::Failure;
use super::lists;
use super::side;
use super::side::Side;
use crate::emulator::area::Area;
use crate::emulator::area::finished;
use crate::emulator::quirks::Quirk;
use crate::emulator::quirks::Quirks;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::model::Value;
use crate::store::Query;
use crate::store::Reader;

pub(super) struct Key {
    pub(super) object: LiveObject,
    pub(super) side: Side,
}

/// All keys of all users, including deleted ones. They are few, so no copy is kept between requests.
pub(super) fn all(area: &Area, first_user: &str) -> Result<Vec<Key>, Failure> {
    let query = Query { kinds: [Kind::ApiKey].into(), ..Query::default() };
    let mut live = finished(area.store.read(&query)).map_err(|_| Failure::own())?;
    let key = |object: LiveObject| Key { side: side::of(area, object.id.expose(), first_user), object };
    Ok(live.give(Kind::ApiKey).into_iter().map(key).collect())
}

impl Key {
    pub(super) fn id(&self) -> &str {
        self.object.id.expose()
    }

    pub(super) fn key_name(&self) -> Option<&str> {
        let name = self.side.key_name.as_ref().unwrap_or(&self.object.name);
        (!self.side.is_nameless).then_some(name)
    }

    pub(super) fn is_enabled(&self) -> bool {
        self.object.attributes.flag("enabled")
    }

    pub(super) const fn is_deleted(&self) -> bool {
        self.side.deleted.is_some()
    }

    pub(super) fn expires(&self) -> Option<Instant> {
        self.object.attributes.text("expires")?.parse().ok()
    }

    /// Whether the key can make calls. At the instant of its end it has already expired (2.5).
    pub(super) fn works(&self, now: Instant) -> bool {
        self.is_enabled() && !self.is_deleted() && self.expires().is_none_or(|end| now < end)
    }

    pub(super) fn has_value(&self, value: &Secret, quirks: &Quirks) -> bool {
        if quirks.has(Quirk::MftSecretOnCreateOnly) {
            return self.side.value_digest.as_deref() == Some(&*value.digest().hex());
        }
        quirks.has(Quirk::MftIdIsSecret) && Secret::new(self.id()) == *value
    }

    /// The elements of a list, with organizations as `id:41`.
    pub(super) fn elements(&self, property: &str) -> BTreeSet<Box<str>> {
        match self.object.attributes.get(property) {
            Some(Value::Set(items)) => lists::resolved(property, items.iter().map(|item| &**item)),
            _ => BTreeSet::new(),
        }
    }

    /// A list as a text: as the caller wrote it, unless the store has changed since or a quirk sets a style.
    pub(super) fn list_text(&self, property: &str, quirks: &Quirks) -> Option<String> {
        let written = match property {
            "allowedApis" => &self.side.allowed_apis,
            _ => &self.side.allowed_orgs,
        };
        let elements = self.elements(property);
        if elements.is_empty() {
            let becomes_null = quirks.is(Quirk::MftEmptyOrgsMeans, "null");
            let holds = |text: &&str| !becomes_null && lists::read(property, text).is_empty();
            return written.as_deref().filter(holds).map(str::to_owned);
        }
        let style = quirks.word(Quirk::MftListSeparator);
        let is_same = |text: &&str| style.is_none() && lists::read(property, text) == elements;
        match written.as_deref().filter(is_same) {
            Some(text) => Some(text.to_owned()),
            None => Some(lists::text(property, &elements, style.unwrap_or("comma"))),
        }
    }
}
