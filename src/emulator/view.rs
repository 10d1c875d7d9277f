//! Objects as the API returns them.

mod inside;

use std::cell::Cell;

use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::SecondsFormat;
use chrono::TimeDelta;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

use super::extras::Extras;
use super::fields::Fields;
use super::mirror::Mirror;
use super::mirror::Row;
use super::quirks::Quirk;
use super::quirks::Quirks;
use super::roles;
use super::services;
use super::wire;
use super::wire::Is;
use super::wire::Property;
use crate::model::Attributes;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Secret;
use crate::model::Value;

/// The data for returning objects.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) mirror: &'a Mirror,
    pub(super) extras: &'a Extras,
    pub(super) quirks: &'a Quirks,
    pub(super) today: NaiveDate,
    /// How many more objects may be returned.
    pub(super) budget: &'a Cell<u32>,
}

/// Maximum number of objects in an answer, and of objects read for filtering and sorting. Paths that go down and up
/// repeatedly multiply; this limits them.
pub(super) const BUDGET: u32 = 250_000;
pub(super) const SEARCH_BUDGET: u32 = 2_000_000;

impl View<'_> {
    /// The requested properties; without `fields`, the default ones and custom attributes (quirks Q3, Q5).
    pub(super) fn object(&self, kind: Kind, row: &Row, fields: Option<&Fields>) -> Json {
        let Some(left) = self.budget.get().checked_sub(1) else { return Json::Null };
        self.budget.set(left);
        let nothing = Fields::default();
        let mut object = Map::new();
        for property in wire::of(kind) {
            let below = match fields {
                None => property.is_implicit.then_some(&nothing),
                Some(fields) => {
                    fields.named(property.name).or((fields.all && property.is.is_scalar()).then_some(&nothing))
                }
            };
            let is_withheld = property.is == Is::Below(Kind::Plan) && self.quirks.has(Quirk::NoNestedPlans);
            if let Some(below) = below.filter(|_| !is_withheld) {
                object.insert(property.name.to_owned(), self.property(kind, row, property, below));
            }
        }
        if fields.is_none() || self.quirks.has(Quirk::CustomWithFields) {
            custom(kind, row, &mut object);
        }
        Json::Object(object)
    }

    /// The value at a path, for filters and sorting; null if there is none.
    pub(super) fn path(&self, kind: Kind, row: &Row, path: &str) -> Json {
        let (name, below) =
            path.split_once('.').map_or((path, Fields::default()), |(name, rest)| (name, Fields::of_path(rest)));
        match wire::find(kind, name) {
            Some(property) => self.property(kind, row, property, &below),
            None => wire::flat_attributes(kind)
                .and_then(|start| row.attributes.text(&format!("{start}{name}")))
                .map_or(Json::Null, Json::from),
        }
    }

    fn property(&self, kind: Kind, row: &Row, property: &Property, below: &Fields) -> Json {
        let attributes = &row.attributes;
        match property.is {
            Is::Id => json!(&*row.id),
            Is::Created if kind == Kind::Package && self.quirks.has(Quirk::NullCreated) => Json::Null,
            Is::Created => instant(kind, row.created),
            Is::Updated => instant(kind, row.updated),
            Is::Name => json!(self.extras.get(&row.id, "name").as_str().unwrap_or(&row.name)),
            Is::Owner => json!(row.up.as_deref().and_then(|id| self.mirror.get(Kind::User, id)).map(|user| &user.name)),
            Is::Text(field) => json!(attributes.text(field).unwrap_or_default()),
            Is::Word(field) => self.word(row, field),
            Is::Flag(field) => json!(attributes.flag(field)),
            Is::Number(field) => json!(number(attributes, field)),
            Is::Ceiling(field) => json!(self.ceiling(row, property.name, field)),
            Is::TemplateSet(field) => self.template_set(attributes, field),
            Is::Emails(field) => self.emails(row, field),
            Is::Eav => below.cut(Json::Object(attributes_below(attributes, "eav.").collect())),
            Is::Roles => below.cut(set(attributes, "roles").map(|name| role(kind, name)).collect()),
            Is::Exempt(field) | Is::OwnExempt(field) => json!(attributes.text(field) == Some("unlimited")),
            Is::OwnCeiling(field) => match self.ceiling(row, property.name, field) {
                0 if self.quirks.has(Quirk::NullLimits) => Json::Null,
                number => json!(number),
            },
            Is::Limits => below.cut(self.limits(row)),
            Is::Expires => self.expires(attributes),
            Is::KeyValue => json!(row.key.as_ref().map(|key| key.value.expose())),
            Is::SharedSecret => {
                let secret = row.key.as_ref().and_then(|key| key.secret.as_ref());
                json!(secret.map_or("", Secret::expose))
            }
            Is::Up(up) => self.up(row, up, below),
            Is::Inside(inside) => below.cut(row.key.as_ref().map_or(Json::Null, |key| self.inside(key, inside))),
            Is::Below(child) => self.below(kind, row, child, below),
            Is::Extra("services") => below.cut(services::of_plan(self.extras, &row.id).into()),
            Is::Extra(name) => below.cut(self.extras.get(&row.id, name).clone()),
            Is::WriteOnly => json!(""),
            Is::FixedText(text) => json!(text),
            Is::FixedFlag(flag) => json!(flag),
        }
    }

    /// The ceiling that an exempt object had, or was sent with, is still returned (C18).
    fn ceiling(&self, row: &Row, property: &str, field: &str) -> i64 {
        let kept = || self.extras.get(&row.id, property).as_i64().unwrap_or(0);
        row.attributes.get(field).and_then(Value::as_number).unwrap_or_else(kept)
    }

    /// As they were sent, unless they changed in another way since (C18).
    fn emails(&self, row: &Row, field: &str) -> Json {
        let sent = self.extras.get(&row.id, field);
        if sent.as_str().is_some_and(|text| row.attributes.get(field) == Some(&wire::emails(text))) {
            return sent.clone();
        }
        json!(set(&row.attributes, field).collect::<Vec<_>>().join(", "))
    }

    fn word(&self, row: &Row, field: &str) -> Json {
        let word = row.attributes.text(field).unwrap_or_default();
        let last_day = || row.attributes.text("expires")?.parse::<NaiveDate>().ok();
        let is_over = || last_day().is_some_and(|day| day < self.today);
        match (field, word) {
            ("quota.per", "month") if self.quirks.has(Quirk::WeeklyQuotas) => json!("week"),
            ("settings.status", _) if self.quirks.has(Quirk::ExpiredKeysDisabled) && is_over() => json!("disabled"),
            _ => json!(word),
        }
    }

    fn template_set(&self, attributes: &Attributes, field: &str) -> Json {
        match attributes.text(field) {
            None => Json::Null,
            Some(text) => match text.parse::<i64>() {
                // The page says that both are numbers, but one is known to be a UUID.
                Ok(number) if field.starts_with("admin") || self.quirks.has(Quirk::NumericTemplateIds) => json!(number),
                _ => json!(text),
            },
        }
    }

    fn expires(&self, attributes: &Attributes) -> Json {
        match (attributes.text("expires"), self.quirks.number(Quirk::ExpiresWithTime)) {
            (None | Some("never"), _) => Json::Null,
            (Some(day), None) => json!(day),
            (Some(day), Some(ahead)) => json!(midnight(day, ahead).unwrap_or_else(|| format!("{day}T00:00:00Z"))),
        }
    }

    /// The effective limits: the key's own if set, else the plan's. Without either, no entry.
    fn limits(&self, row: &Row) -> Json {
        let plan = row.key.as_ref().and_then(|key| self.mirror.get(Kind::Plan, &key.plan));
        let Some(plan) = plan.map(|plan| &plan.attributes) else { return json!([]) };
        let period = plan.text("quota.per").unwrap_or("day");
        let dimensions =
            [("second", "settings.throttle", "throttle.perSecond"), (period, "settings.quota", "quota.calls")];
        let in_full = self.quirks.has(Quirk::UnlimitedInLimits);
        let if_unlimited = |value: Option<&Value>| (in_full && value.is_some()).then_some(0);
        let entry = |(period, own, of_plan)| {
            let (source, value) = match row.attributes.get(own) {
                Some(value) if value.as_text() != Some("plan") => ("key", Some(value)),
                _ => ("plan", plan.get(of_plan)),
            };
            let ceiling = value.and_then(Value::as_number).or_else(|| if_unlimited(value))?;
            Some(json!({"period": period, "source": source, "ceiling": ceiling}))
        };
        dimensions.into_iter().filter_map(entry).collect()
    }

    fn up(&self, row: &Row, kind: Kind, fields: &Fields) -> Json {
        let application = row.up.as_deref().and_then(|id| self.mirror.get(Kind::Application, id));
        let object = match kind {
            Kind::Application => application,
            _ => application.and_then(|row| self.mirror.get(Kind::User, row.up.as_deref()?)),
        };
        object.map_or(Json::Null, |object| self.object(kind, object, fields.wanted()))
    }

    fn below(&self, kind: Kind, row: &Row, child: Kind, fields: &Fields) -> Json {
        let shown = |row: &Row| self.object(child, row, fields.wanted());
        if (kind, child) == (Kind::User, Kind::PackageKey) {
            let applications = self.mirror.below(Kind::Application, &row.id);
            return applications.flat_map(|row| self.mirror.below(child, &row.id)).map(shown).collect();
        }
        let rows = self.mirror.below(child, &row.id);
        if child != Kind::Plan {
            return rows.map(shown).collect();
        }
        let most = self.quirks.number(Quirk::FewNestedPlans).and_then(|most| usize::try_from(most).ok());
        let is_plain = self.quirks.has(Quirk::PlainNestedPlans);
        let shown = |row: &Row| self.object(child, row, fields.wanted().filter(|_| !is_plain));
        rows.take(most.unwrap_or(usize::MAX)).map(shown).collect()
    }
}

/// The beginning of a day in a zone, in UTC.
fn midnight(day: &str, hours_ahead: u64) -> Option<String> {
    let day = day.parse::<NaiveDate>().ok()?;
    let ahead = TimeDelta::try_hours(i64::try_from(hours_ahead).ok()?)?;
    let at = day.and_time(NaiveTime::MIN).checked_sub_signed(ahead)?;
    Some(at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Both styles of section 1.1.
fn instant(kind: Kind, instant: Option<Instant>) -> Json {
    let Some(instant) = instant else { return Json::Null };
    match kind {
        Kind::Package | Kind::Plan => json!(instant.format("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()),
        _ => json!(instant.to_rfc3339_opts(SecondsFormat::Secs, true)),
    }
}

/// Custom attributes are beside the other properties, which win if names collide.
fn custom(kind: Kind, row: &Row, object: &mut Map<String, Json>) {
    let Some(start) = wire::flat_attributes(kind) else { return };
    for (name, text) in attributes_below(&row.attributes, start) {
        object.entry(name).or_insert(text);
    }
}

fn role(kind: Kind, name: &str) -> Json {
    let mut role = json!({"id": roles::id(name), "name": name});
    if kind == Kind::Plan {
        role["action"] = json!("register_keys");
    }
    role
}

fn number(attributes: &Attributes, field: &str) -> i64 {
    attributes.get(field).and_then(Value::as_number).unwrap_or(0)
}

fn set<'a>(attributes: &'a Attributes, field: &str) -> impl Iterator<Item = &'a str> {
    let items = attributes.get(field).and_then(|value| if let Value::Set(items) = value { Some(items) } else { None });
    items.into_iter().flat_map(|items| items.iter()).map(|item| &**item)
}

fn attributes_below<'a>(attributes: &'a Attributes, start: &'a str) -> impl Iterator<Item = (String, Json)> {
    let below = move |(name, value): (&crate::model::FieldName, &Value)| {
        Some((name.strip_prefix(start)?.to_owned(), Json::from(value.as_text()?)))
    };
    attributes.iter().filter_map(below)
}
