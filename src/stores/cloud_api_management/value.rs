//! Converts objects on the wire to fields of the model, and back. Tolerant when reading, exact when writing.

mod read;

pub(super) use read::Fields;
pub(super) use read::attributes;
pub(super) use read::fields_of;
pub(super) use read::instant;

use std::collections::BTreeMap;

use serde_json::Map;
use serde_json::Value as Json;

use super::fields;
use super::fields::Field;
use super::fields::Form;
use crate::model::Attributes;
use crate::model::Kind;
use crate::model::Secret;
use crate::model::Value;
use crate::model::built_in::is_forbidden;
use crate::plan::FieldChange;

/// One object as the API sends it.
pub(super) type Object = Map<String, Json>;

/// The ids of the area's roles by name.
pub(super) type Roles = BTreeMap<Box<str>, Box<str>>;

/// The text of the property `name`; `None` if it is absent, null or empty. Numbers count as text, because some ids are
/// documented as numbers but are texts, or the reverse (Q12).
pub(super) fn text(object: &Object, name: &str) -> Option<String> {
    match object.get(name)? {
        Json::String(text) if !text.is_empty() => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The shared secret of a key.
pub(super) fn shared_secret(object: &Object) -> Option<Secret> {
    text(object, "secret").map(Secret::new)
}

/// The `id` of a nested object: `package.id` of a key. The nesting is the same for both styles of `fields`.
pub(super) fn inner_id<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    object.get(name)?.get("id")?.as_str().filter(|id| !id.is_empty())
}

/// The body of a write, and what needs a separate call.
#[derive(Default)]
pub(super) struct Body {
    pub(super) object: Object,
    /// Custom attributes of users and applications, which need a separate call (1.3).
    pub(super) added: Object,
}

/// Only the properties that the changes set, because the API merges (1.1). `before` is the object in the store, for the
/// attributes of `eav` that do not change.
pub(super) fn body(kind: Kind, changes: &[FieldChange], before: Option<&Attributes>, roles: &Roles) -> Body {
    let mut body = Body::default();
    for change in changes {
        if let Some(field) = fields::of(kind).iter().find(|field| field.name == change.field) {
            if field.form == Form::Services {
                continue;
            }
            write(field, kind, change.after.as_ref(), roles, &mut body.object);
        } else if change.field == "name" {
            body.object.insert("name".into(), json_text(change.after.as_ref()));
        } else if let Some(name) = change.field.strip_prefix("extendedAttributes.") {
            body.added.insert(name.into(), json_text(change.after.as_ref()));
        }
    }
    if let Some(eav) = eav(changes, before) {
        body.object.insert("eav".into(), Json::Object(eav));
    }
    body
}

/// A changed attribute that is a property of the API or a secret. Manifests cannot contain it; a forged plan could.
pub(super) fn forbidden(kind: Kind, changes: &[FieldChange]) -> Option<&str> {
    changes.iter().map(|change| &*change.field).find(|field| is_forbidden(kind, field))
}

/// All of `eav` if any of it changes, because it is not documented whether the API merges inside it.
fn eav(changes: &[FieldChange], before: Option<&Attributes>) -> Option<Object> {
    let changed = changes.iter().filter_map(|change| Some((change.field.strip_prefix("eav.")?, change.after.as_ref())));
    let changed: Vec<_> = changed.collect();
    if changed.is_empty() {
        return None;
    }
    let kept = before.into_iter().flat_map(Attributes::iter);
    let kept = kept.filter_map(|(name, value)| Some((name.strip_prefix("eav.")?.to_owned(), json_text(Some(value)))));
    let mut eav: Object = kept.collect();
    for (name, after) in changed {
        eav.insert(name.to_owned(), json_text(after));
    }
    Some(eav)
}

/// An empty text clears a field; leaving it out would change nothing (1.1).
fn json_text(value: Option<&Value>) -> Json {
    match value {
        Some(Value::Text(text)) => Json::from(&**text),
        Some(Value::Number(number)) => Json::from(*number),
        Some(Value::Bool(flag)) => Json::from(*flag),
        Some(Value::Set(items)) => Json::from(items.iter().map(|item| &**item).collect::<Vec<_>>().join(",")),
        None => Json::from(""),
    }
}

fn write(field: &Field, kind: Kind, after: Option<&Value>, roles: &Roles, object: &mut Object) {
    let word = after.and_then(Value::as_text).unwrap_or_default();
    let number = after.and_then(Value::as_number).unwrap_or(0);
    let value = match field.form {
        Form::Text | Form::Commas => json_text(after),
        Form::Flag => Json::from(after.and_then(Value::as_bool).unwrap_or(false)),
        Form::Number => Json::from(number),
        // null clears it (1.5).
        Form::Reference if word.is_empty() => Json::Null,
        Form::Roles => role_list(kind, after, roles),
        Form::Limit { exempt } | Form::OwnLimit { exempt } => {
            object.insert(exempt.into(), Json::from(word == "unlimited"));
            Json::from(number)
        }
        Form::Date if word == "never" || word.is_empty() => Json::Null,
        Form::Reference | Form::Date | Form::Services => Json::from(word),
    };
    object.insert(field.wire.into(), value);
}

fn role_list(kind: Kind, after: Option<&Value>, roles: &Roles) -> Json {
    let Some(Value::Set(names)) = after else { return Json::Array(Vec::new()) };
    let role = |name: &str| {
        let mut role = Object::new();
        if let Some(id) = roles.get(name) {
            role.insert("id".into(), Json::from(&**id));
        }
        role.insert("name".into(), Json::from(name));
        if kind == Kind::Plan {
            role.insert("action".into(), Json::from("register_keys"));
        }
        Json::Object(role)
    };
    names.iter().map(|name| role(name)).collect()
}

#[cfg(test)]
mod tests;
