//! Values in a body. Null is always accepted and means "no value".

use serde_json::Value as Json;

use super::Draft;
use super::MAX_PROPERTIES;
use super::MAX_SERVICES;
use crate::emulator::answer::ApiError;
use crate::emulator::roles;
use crate::model::Secret;
use crate::model::Value;

/// A key value or shared secret. Null and empty mean "no value".
pub(super) fn secret(name: &str, value: &Json) -> Result<Option<Secret>, ApiError> {
    let text = optional(value, |value| value.as_str().map(str::to_owned), name, "a text")?;
    Ok(text.filter(|text| !text.is_empty()).map(Secret::new))
}

/// Null is `None`; `get` must accept anything else.
pub(super) fn optional<T>(
    value: &Json,
    get: impl Fn(&Json) -> Option<T>,
    name: &str,
    must: &str,
) -> Result<Option<T>, ApiError> {
    match get(value) {
        Some(value) => Ok(Some(value)),
        None if value.is_null() => Ok(None),
        None => Err(ApiError::property(name, format!("must be {must}"))),
    }
}

pub(super) fn template_set(name: &str, value: &Json) -> Result<Option<Value>, ApiError> {
    let text = |value: &Json| match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => number.as_i64().map(|number| number.to_string()),
        _ => None,
    };
    Ok(optional(value, text, name, "a text, a number or null")?.map(Value::text))
}

pub(super) fn eav(name: &str, value: &Json, draft: &mut Draft) -> Result<(), ApiError> {
    let object = match value {
        Json::Null => return Ok(()),
        Json::Object(object) if object.len() <= MAX_PROPERTIES => object,
        _ => return Err(ApiError::property(name, format!("must be an object of at most {MAX_PROPERTIES} texts"))),
    };
    for (attribute, value) in object.iter().filter(|(attribute, _)| !attribute.is_empty()) {
        let text = optional(value, |value| value.as_str().map(str::to_owned), name, "an object of texts")?;
        draft.set(format!("eav.{attribute}"), text.map(Value::text));
    }
    Ok(())
}

pub(super) fn role_names(name: &str, value: &Json) -> Result<Value, ApiError> {
    let roles = match value {
        Json::Null => &[],
        Json::Array(roles) => roles.as_slice(),
        _ => return Err(ApiError::property(name, "must be a list of objects")),
    };
    let named = |role| roles::name_of(role).ok_or_else(|| ApiError::property(name, "names a role that does not exist"));
    Ok(Value::set(roles.iter().map(named).collect::<Result<Vec<_>, _>>()?))
}

pub(in crate::emulator) fn id_in(name: &str, value: &Json) -> Result<String, ApiError> {
    let id = value.get("id").and_then(Json::as_str).filter(|id| !id.is_empty());
    id.map(str::to_owned).ok_or_else(|| ApiError::property(name, "must be an object with an id"))
}

/// The services of a plan, or endpoints of one: what is not known of them is kept.
pub(in crate::emulator) fn with_ids(name: &str, value: &Json) -> Result<Json, ApiError> {
    let services = match value {
        Json::Null => &[],
        Json::Array(services) if services.len() <= MAX_SERVICES => services.as_slice(),
        _ => return Err(ApiError::property(name, format!("must be a list of at most {MAX_SERVICES} objects"))),
    };
    let kept = services.iter().map(|service| {
        id_in(name, service)?;
        if let Some(endpoints) = service.get("endpoints") {
            with_ids("endpoints", endpoints)?;
        }
        Ok(service.clone())
    });
    kept.collect::<Result<Vec<_>, _>>().map(Json::Array)
}

/// The organization of a package. Without an id it is the area itself (quirk Q13), which is returned as null.
pub(super) fn organization(name: &str, value: &Json) -> Result<Json, ApiError> {
    match value {
        Json::Null => Ok(Json::Null),
        Json::Object(object) if object.get("id").is_none_or(Json::is_null) => Ok(Json::Null),
        Json::Object(_) => Ok(value.clone()),
        _ => Err(ApiError::property(name, "must be an object or null")),
    }
}
