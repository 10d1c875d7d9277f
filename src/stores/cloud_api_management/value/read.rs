//! Reads fields. Other types are accepted where nothing is lost: `"100"` is 100. What is not understood is named, so that
//! it is neither compared nor overwritten.

use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::FixedOffset;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::TimeDelta;
use chrono::Timelike;
use serde_json::Value as Json;

use super::Object;
use super::text;
use crate::model::Attributes;
use crate::model::FieldName;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Value;
use crate::model::built_in::is_built_in;
use crate::model::built_in::is_secret_name;
use crate::stores::cloud_api_management::fields;
use crate::stores::cloud_api_management::fields::Field;
use crate::stores::cloud_api_management::fields::Form;

/// The fields of an object, and the names of those that were not understood.
#[derive(Default)]
pub(in crate::stores::cloud_api_management) struct Fields {
    pub(in crate::stores::cloud_api_management) attributes: Attributes,
    pub(in crate::stores::cloud_api_management) unread: BTreeSet<FieldName>,
}

/// A value that was not understood.
#[derive(Debug, PartialEq, Eq)]
struct Unread;

/// Reads both time formats of the API: `2017-12-12T14:06:45Z` and `2018-01-17T20:43:59.000+0000`. A time without a zone
/// is in UTC.
pub(in crate::stores::cloud_api_management) fn instant(object: &Object, name: &str) -> Option<Instant> {
    let text = object.get(name)?.as_str()?.trim();
    let without = || {
        let at = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f");
        at.or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
    };
    with_zone(text).map(|at| at.to_utc()).or_else(|| without().map(|at| at.and_utc()).ok())
}

fn with_zone(text: &str) -> Option<DateTime<FixedOffset>> {
    let at = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    at.ok()
}

/// [`fields_of`] without the fields that were not understood.
pub(in crate::stores::cloud_api_management) fn attributes(kind: Kind, object: &Object, has_added: bool) -> Attributes {
    fields_of(kind, object, has_added).attributes
}

/// The fields that Keywright manages. `has_added` if the object was requested without `fields`, so that unknown
/// properties are custom attributes.
pub(in crate::stores::cloud_api_management) fn fields_of(kind: Kind, object: &Object, has_added: bool) -> Fields {
    let mut read: Vec<(FieldName, Result<Option<Value>, Unread>)> = Vec::new();
    read.extend(fields::of(kind).iter().map(|field| (field.name.into(), self::read(field, object))));
    match object.get("eav") {
        None | Some(Json::Null) => {}
        Some(Json::Object(eav)) => {
            read.extend(eav.iter().map(|(name, value)| (format!("eav.{name}").into(), attribute(value))));
        }
        // An empty list is how some servers write an empty object.
        Some(Json::Array(items)) if items.is_empty() => {}
        Some(_) => read.push(("eav".into(), Err(Unread))),
    }
    let flat = object.iter().filter(|(name, _)| has_added && !is_built_in(kind, name) && !is_secret_name(name));
    // Properties that are not texts are the API's own, which no reference names.
    let flat = flat.filter(|(_, value)| value.is_string());
    read.extend(flat.map(|(name, value)| (format!("extendedAttributes.{name}").into(), attribute(value))));
    let mut found = Fields::default();
    let mut values = Vec::new();
    for (name, value) in read {
        match value {
            Ok(value) => values.extend(value.map(|value| (name, value))),
            Err(Unread) => drop(found.unread.insert(name)),
        }
    }
    found.attributes = values.into_iter().collect();
    found
}

/// A custom attribute; empty ones do not count.
fn attribute(value: &Json) -> Result<Option<Value>, Unread> {
    match value {
        Json::Null => Ok(None),
        Json::String(text) => Ok(Some(text).filter(|text| !text.is_empty()).map(|text| Value::text(&**text))),
        Json::Number(number) => Ok(Some(Value::text(number.to_string()))),
        Json::Bool(_) | Json::Array(_) | Json::Object(_) => Err(Unread),
    }
}

fn read(field: &Field, object: &Object) -> Result<Option<Value>, Unread> {
    let value = object.get(field.wire).unwrap_or(&Json::Null);
    match field.form {
        Form::Text | Form::Reference => match value {
            Json::Null | Json::String(_) | Json::Number(_) => Ok(text(object, field.wire).map(Value::text)),
            _ => Err(Unread),
        },
        Form::Flag => Ok(flag(value)?.map(Value::Bool)),
        Form::Commas => commas(value),
        Form::Roles => roles(value),
        // They are read with the services of the area.
        Form::Services => Ok(None),
        Form::Limit { exempt } | Form::OwnLimit { exempt } if flag_of(object, exempt)? == Some(true) => {
            Ok(Some(Value::text("unlimited")))
        }
        Form::Number | Form::Limit { .. } => Ok(number(value)?.map(Value::Number)),
        // 0 and null both mean that the key has no limit of its own (Q8).
        Form::OwnLimit { .. } => match number(value)? {
            None | Some(0) => Ok(Some(Value::text("plan"))),
            Some(number @ 1..) => Ok(Some(Value::Number(number))),
            Some(_) => Err(Unread),
        },
        Form::Date => date(value).map(Some),
    }
}

fn flag_of(object: &Object, name: &str) -> Result<Option<bool>, Unread> {
    flag(object.get(name).unwrap_or(&Json::Null))
}

/// True and false, also as texts and as 1 and 0.
fn flag(value: &Json) -> Result<Option<bool>, Unread> {
    match value {
        Json::Null => Ok(None),
        Json::Bool(flag) => Ok(Some(*flag)),
        Json::Number(number) => match number.as_i64() {
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            _ => Err(Unread),
        },
        Json::String(text) => match &**text {
            "" => Ok(None),
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            _ => Err(Unread),
        },
        Json::Array(_) | Json::Object(_) => Err(Unread),
    }
}

/// An integer, also as a text, or as a number with the fraction 0.
fn number(value: &Json) -> Result<Option<i64>, Unread> {
    match value {
        Json::Null => Ok(None),
        Json::String(text) if text.is_empty() => Ok(None),
        Json::String(text) => text.parse().map(Some).map_err(|_| Unread),
        Json::Number(number) => {
            let whole = || number.to_string().strip_suffix(".0")?.parse().ok();
            number.as_i64().or_else(whole).map(Some).ok_or(Unread)
        }
        Json::Bool(_) | Json::Array(_) | Json::Object(_) => Err(Unread),
    }
}

fn commas(value: &Json) -> Result<Option<Value>, Unread> {
    match value {
        Json::Null => Ok(None),
        Json::String(text) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(Some(Value::set(parts)).filter(|set| !set.is_empty()))
        }
        _ => Err(Unread),
    }
}

/// A role without a name could not be written back, so the whole list counts as not understood.
fn roles(value: &Json) -> Result<Option<Value>, Unread> {
    match value {
        Json::Null => Ok(None),
        Json::Array(roles) => {
            let names: Option<Vec<&str>> = roles.iter().map(|role| role.get("name")?.as_str()).collect();
            Ok(Some(Value::set(names.ok_or(Unread)?)).filter(|set| !set.is_empty()))
        }
        _ => Err(Unread),
    }
}

/// The date of a time in any format that begins with it (8.10). `0000-00-00` is no date, like null.
fn date(value: &Json) -> Result<Value, Unread> {
    let text = match value {
        Json::Null => "",
        Json::String(text) => text.trim(),
        _ => return Err(Unread),
    };
    if text.is_empty() || text.starts_with("0000-00-00") {
        return Ok(Value::text("never"));
    }
    let (day, rest) = text.split_at_checked(10).ok_or(Unread)?;
    let date = NaiveDate::parse_from_str(day, "%Y-%m-%d").map_err(|_| Unread)?;
    if !rest.is_empty() && !rest.starts_with(['T', ' ']) {
        return Err(Unread);
    }
    // With an offset of its own, the text has the day of that zone.
    let of_zone = with_zone(text).filter(|at| at.offset().local_minus_utc() == 0).and_then(day_of_zone);
    Ok(of_zone.filter(|other| *other != date).map_or_else(|| Value::text(day), |other| Value::text(other.to_string())))
}

/// The calendar day, if a time is the midnight with which a day begins in some zone, or the last second of a day: a server
/// with a clock of its own zone shows 2027-06-30 as 2027-06-29T22:00:00Z. The zones are those from Honolulu (10 hours behind
/// UTC) to Auckland (13 hours ahead in summer), in which no midnight is that of two days.
fn day_of_zone(at: DateTime<FixedOffset>) -> Option<NaiveDate> {
    let is_midnight = |at: NaiveDateTime| at.minute().is_multiple_of(15) && at.second() == 0;
    let (at, last) = match at.naive_utc() {
        at if is_midnight(at) => (at, TimeDelta::zero()),
        at => (at.with_nanosecond(0)?.checked_add_signed(TimeDelta::seconds(1))?, TimeDelta::days(1)),
    };
    let day = match at.hour() * 60 + at.minute() {
        _ if !is_midnight(at) => return None,
        0..=600 => at.date(),
        660.. => at.date().succ_opt()?,
        _ => return None,
    };
    day.checked_sub_signed(last)
}
