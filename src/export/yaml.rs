//! Attributes → the YAML below `spec`, in the order in which the manifest kind declares its fields.

use std::io;

use serde_yaml::Mapping;
use serde_yaml::Value as Yaml;

use crate::manifest::documents;
use crate::model::Attributes;
use crate::model::Kind;
use crate::model::Value;
use crate::model::built_in::is_forbidden;
use crate::text::ci_commands::is_any_in;

/// The fields below `spec` of a kind, as declared.
pub(super) fn field_order(kind: Kind) -> Vec<String> {
    let schema = documents::of_kind(kind);
    let fields = schema["properties"]["spec"]["properties"].as_object();
    fields.map_or_else(Vec::new, |fields| fields.keys().cloned().collect())
}

/// A mapping with one entry.
pub(super) fn one(key: &str, value: impl Into<Yaml>) -> Mapping {
    let mut mapping = Mapping::new();
    mapping.insert(key.into(), value.into());
    mapping
}

pub(super) fn in_order(mut spec: Mapping, order: &[String]) -> Mapping {
    let mut sorted = Mapping::new();
    for field in order {
        if let Some(value) = spec.remove(field.as_str()) {
            sorted.insert(field.as_str().into(), value);
        }
    }
    sorted.extend(spec);
    sorted
}

/// The attributes of an object as in a manifest, without those that a manifest cannot set. `a.b` becomes a mapping `a`
/// with the field `b`.
pub(super) fn spec(kind: Kind, attributes: &Attributes) -> Mapping {
    let mut spec = Mapping::new();
    for (field, value) in attributes.iter().filter(|(field, _)| !is_forbidden(kind, field)) {
        let (field, value) = manifest_field(field, value);
        match field.split_once('.') {
            None => {
                spec.insert(field.into(), value);
            }
            Some((outer, inner)) => {
                let nested = spec.entry(outer.into()).or_insert_with(|| Mapping::new().into());
                if let Some(nested) = nested.as_mapping_mut() {
                    nested.insert(inner.into(), value);
                }
            }
        }
    }
    spec
}

/// Plans without a limit have a field `unlimited`; other fields keep their names.
fn manifest_field<'f>(field: &'f str, value: &Value) -> (&'f str, Yaml) {
    match (field, value.as_text()) {
        ("throttle.perSecond", Some("unlimited")) => ("throttle.unlimited", true.into()),
        ("quota.calls", Some("unlimited")) => ("quota.unlimited", true.into()),
        _ => (field, plain(value)),
    }
}

fn plain(value: &Value) -> Yaml {
    match value {
        Value::Text(text) => (&**text).into(),
        Value::Number(number) => (*number).into(),
        Value::Bool(flag) => (*flag).into(),
        Value::Set(items) => items.iter().map(|item| Yaml::from(&**item)).collect::<Vec<_>>().into(),
    }
}

/// Marks placeholders for texts with hidden characters or commands of CI runners, which the YAML writer does not escape.
const MARK: char = '\u{f8ff}';

pub(super) fn text(mapping: &Mapping) -> io::Result<String> {
    let (mut marked, mut odd) = (Yaml::Mapping(mapping.clone()), Vec::new());
    mark(&mut marked, &mut odd);
    let mut text = serde_yaml::to_string(&marked).map_err(|error| io::Error::other(error.to_string()))?;
    for (number, odd) in odd.iter().enumerate() {
        let quoted = crate::text::yaml(odd).replace(MARK, "\\uf8ff");
        text = text.replace(&format!("{MARK}{number}{MARK}"), &quoted);
    }
    Ok(text)
}

/// Replaces every text that must be escaped by a numbered placeholder.
fn mark(value: &mut Yaml, odd: &mut Vec<String>) {
    // The YAML writer escapes hidden ASCII characters itself.
    let is_hidden = |c: char| c == MARK || (!c.is_ascii() && crate::text::is_hidden(c));
    let is_odd = |text: &str| text.contains(is_hidden) || is_any_in(text);
    match value {
        Yaml::String(text) if is_odd(text) => {
            let number = format!("{MARK}{}{MARK}", odd.len());
            odd.push(std::mem::replace(text, number));
        }
        Yaml::Sequence(items) => items.iter_mut().for_each(|item| mark(item, odd)),
        Yaml::Mapping(mapping) => {
            for (mut key, mut value) in std::mem::take(mapping) {
                mark(&mut key, odd);
                mark(&mut value, odd);
                mapping.insert(key, value);
            }
        }
        _ => {}
    }
}
