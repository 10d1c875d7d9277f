//! Reads the body of a POST or PUT into the store's fields. Absent properties stay as they are (merge-PUT, section 1.1
//! of the reference). Unknown properties are ignored, except custom attributes.

mod values;

use serde_json::Map;
use serde_json::Value as Json;

use self::values::eav;
pub(super) use self::values::id_in;
use self::values::optional;
use self::values::organization;
use self::values::role_names;
use self::values::secret;
use self::values::template_set;
pub(super) use self::values::with_ids;
use super::answer::ApiError;
use super::extras::Extras;
use super::mirror::Row;
use super::quirks::Quirk;
use super::quirks::Quirks;
use super::wire;
use super::wire::Is;
use crate::model::Attributes;
use crate::model::FieldName;
use crate::model::Kind;
use crate::model::Secret;
use crate::model::Value;
use crate::plan::FieldChange;

/// Maximum number of services of a plan.
pub(super) const MAX_SERVICES: usize = 1_000;

/// The two properties of a limit.
const THROTTLE: [&str; 2] = ["qpsLimitCeiling", "qpsLimitExempt"];
const QUOTA: [&str; 2] = ["rateLimitCeiling", "rateLimitExempt"];

/// Maximum number of properties of an object in a body.
const MAX_PROPERTIES: usize = 500;

/// The changes that a body requests.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) name: Option<String>,
    pub(super) fields: Vec<FieldChange>,
    pub(super) value: Option<Secret>,
    pub(super) secret: Option<Secret>,
    /// Ids of a key's package and plan.
    pub(super) package: Option<String>,
    pub(super) plan: Option<String>,
    pub(super) extras: Vec<(&'static str, Json)>,
}

impl Draft {
    pub(super) fn set(&mut self, field: impl Into<FieldName>, after: Option<Value>) {
        let field = field.into();
        self.fields.retain(|other| other.field != field);
        self.fields.push(FieldChange { field, before: None, after });
    }

    /// The value that the body sets a field to.
    pub(super) fn after(&self, field: &str) -> Option<&Value> {
        self.fields.iter().find(|change| change.field == field)?.after.as_ref()
    }
}

/// Parses a body, which must be one JSON object.
pub(super) fn parse(bytes: &[u8]) -> Result<Map<String, Json>, ApiError> {
    match serde_json::from_slice(bytes) {
        Ok(Json::Object(body)) if body.len() > MAX_PROPERTIES => {
            Err(ApiError::new(400, format!("Bad Request: the body has more than {MAX_PROPERTIES} properties")))
        }
        Ok(Json::Object(body)) => Ok(body),
        Ok(_) => Err(ApiError::new(400, "Bad Request: the body is not an object")),
        // The parser's message contains a position and no content.
        Err(error) => Err(ApiError::new(400, format!("Bad Request: {error}"))),
    }
}

/// Reads a body. `current` is the object to update, if any.
pub(super) fn read(
    kind: Kind,
    body: &Map<String, Json>,
    current: Option<&Row>,
    extras: &Extras,
    quirks: &Quirks,
) -> Result<Draft, ApiError> {
    let reading = Reading { kind, body, current, extras, quirks };
    let mut draft = Draft::default();
    for (name, value) in body {
        match wire::find(kind, name) {
            Some(property) => reading.property(name, property.is, value, &mut draft)?,
            None => reading.custom(name, value, &mut draft),
        }
    }
    match kind {
        Kind::Plan => {
            reading.limit(THROTTLE, "throttle.perSecond", None, &mut draft)?;
            reading.limit(QUOTA, "quota.calls", None, &mut draft)?;
        }
        Kind::PackageKey => {
            reading.limit(THROTTLE, "settings.throttle", Some("plan"), &mut draft)?;
            reading.limit(QUOTA, "settings.quota", Some("plan"), &mut draft)?;
        }
        _ => {}
    }
    Ok(draft)
}

struct Reading<'a> {
    kind: Kind,
    body: &'a Map<String, Json>,
    current: Option<&'a Row>,
    extras: &'a Extras,
    quirks: &'a Quirks,
}

impl Reading<'_> {
    fn property(&self, name: &str, is: Is, value: &Json, draft: &mut Draft) -> Result<(), ApiError> {
        match is {
            Is::Name => draft.name = Some(self.text(name, value)?),
            Is::Text("keyAdapter") if value.is_null() || value == "" => {}
            Is::Word("status" | "settings.status") if value == "" => self.check_empty(name)?,
            Is::Text(field) | Is::Word(field) => {
                let after = (!value.is_null()).then(|| self.text(name, value)).transpose()?;
                draft.set(field, after.map(Value::text));
            }
            Is::Flag(field) => {
                draft.set(field, optional(value, Json::as_bool, name, "true or false")?.map(Value::Bool));
            }
            Is::Number(field) => {
                draft.set(field, optional(value, Json::as_i64, name, "a whole number")?.map(Value::Number));
            }
            Is::TemplateSet(field) => draft.set(field, template_set(name, value)?),
            Is::Emails(field) => {
                let text = if value.is_null() { String::new() } else { self.text(name, value)? };
                draft.set(field, Some(wire::emails(&text)));
                // It is returned as it was sent (C18).
                draft.extras.push((field, Json::from(text)));
            }
            Is::Eav => eav(name, value, draft)?,
            Is::Roles => draft.set("roles", Some(role_names(name, value)?)),
            Is::Expires => self.expires(name, value, draft)?,
            Is::KeyValue => draft.value = secret(name, value)?,
            Is::SharedSecret => draft.secret = secret(name, value)?,
            Is::Inside(Kind::Package) => draft.package = Some(id_in(name, value)?),
            Is::Inside(_) => draft.plan = Some(id_in(name, value)?),
            Is::Extra("services") => draft.extras.push(("services", with_ids(name, value)?)),
            Is::Extra(extra) => draft.extras.push((extra, organization(name, value)?)),
            // Set by the server or implied by the path. Limits are read together, further up.
            _ => {}
        }
        Ok(())
    }

    /// An unknown property is a custom attribute if it is a text; otherwise it is ignored.
    fn custom(&self, name: &str, value: &Json, draft: &mut Draft) {
        let Some(start) = wire::flat_attributes(self.kind) else { return };
        if let (Some(text), 1..=255) = (value.as_str(), name.len()) {
            draft.set(format!("{start}{name}"), Some(Value::text(text)));
        }
    }

    /// An empty status counts as left out.
    fn check_empty(&self, name: &str) -> Result<(), ApiError> {
        if self.quirks.has(Quirk::EmptyStatusRefused) {
            return Err(ApiError::property(name, "This value is not allowed to be blank."));
        }
        Ok(())
    }

    fn text(&self, name: &str, value: &Json) -> Result<String, ApiError> {
        let text = value.as_str().ok_or_else(|| ApiError::property(name, "must be a text"))?;
        let is_trimmed = self.quirks.has(Quirk::TrimmedTexts);
        Ok(if is_trimmed { text.trim() } else { text }.to_owned())
    }

    /// A date; everything after its ten characters is ignored (open question 8.10).
    fn expires(&self, name: &str, value: &Json, draft: &mut Draft) -> Result<(), ApiError> {
        let text = optional(value, |value| value.as_str().map(str::to_owned), name, "a date or null")?;
        let keeps = match text.as_deref() {
            None => self.quirks.has(Quirk::ExpiresKeepsOnNull),
            Some("") => self.quirks.has(Quirk::ExpiresKeepsOnEmpty),
            Some(_) => false,
        };
        if keeps {
            return Ok(());
        }
        let day = text.filter(|text| !text.is_empty()).map(|text| match text.split_at_checked(10) {
            Some((day, rest)) if rest.starts_with(['T', ' ']) => day.to_owned(),
            _ => text,
        });
        draft.set("expires", Some(Value::text(day.unwrap_or_else(|| "never".to_owned()))));
        Ok(())
    }

    /// One limit from its two properties. `none` is the word for "no own limit", where that is possible. The ceiling of
    /// an exempt object is kept beside it, and is in force again when the exemption ends (C18).
    fn limit(
        &self,
        [ceiling, exempt]: [&'static str; 2],
        field: &'static str,
        none: Option<&str>,
        draft: &mut Draft,
    ) -> Result<(), ApiError> {
        let given = (self.body.get(ceiling), self.body.get(exempt));
        if given == (None, None) {
            return Ok(());
        }
        let before = self.current.map(|row| &row.attributes);
        let is_exempt = match given.1 {
            Some(value) => optional(value, Json::as_bool, exempt, "true or false")?.unwrap_or(false),
            None => before.is_some_and(|before| before.text(field) == Some("unlimited")),
        };
        let kept = || self.current.and_then(|row| self.extras.get(&row.id, ceiling).as_i64());
        let number = match given.0 {
            Some(value) => optional(value, Json::as_i64, ceiling, "a whole number or null")?,
            None => before.and_then(|before: &Attributes| before.get(field)).and_then(Value::as_number).or_else(kept),
        };
        if is_exempt {
            draft.extras.push((ceiling, Json::from(number)));
        }
        let after = match (is_exempt, number, none) {
            (true, _, _) => Some(Value::text("unlimited")),
            (false, None | Some(0), Some(word)) => Some(Value::text(word)),
            (false, number, _) => number.map(Value::Number),
        };
        draft.set(field, after);
        Ok(())
    }
}
