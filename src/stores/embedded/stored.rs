//! The JSON form of an object's fields in the database: an object from field names to values, without empty values.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use serde::Serializer;
use serde::de::DeserializeSeed;
use serde::de::Deserializer;
use serde::de::Error;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;

use crate::manifest::fields;
use crate::model::Attributes;
use crate::model::FieldName;
use crate::model::Kind;
use crate::model::Value;

/// Writes the attributes, except those with their own columns.
pub(super) fn write(attributes: &Attributes, columns: &[&str]) -> String {
    let mut text = Vec::with_capacity(128);
    let fields = attributes
        .iter()
        .filter(|(name, value)| !value.is_empty() && !columns.contains(&name.as_ref()))
        .map(|(name, value)| (name, Json(value)));
    // Writing to memory cannot fail.
    let _ = serde_json::Serializer::new(&mut text).collect_map(fields);
    String::from_utf8(text).unwrap_or_default()
}

/// Reads what [`write`] wrote, and adds the fields with their own columns.
pub(super) fn read(
    kind: Kind,
    text: &str,
    columns: impl IntoIterator<Item = (&'static str, Value)>,
) -> Result<Attributes, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let attributes = AttributesOf { kind, columns }.deserialize(&mut json)?;
    json.end()?;
    Ok(attributes)
}

struct Json<'a>(&'a Value);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Text(text) => serializer.serialize_str(text),
            Value::Number(number) => serializer.serialize_i64(*number),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Set(items) => serializer.collect_seq(items.iter()),
        }
    }
}

/// Deserializes without an intermediate form, for speed with a hundred thousand objects.
struct AttributesOf<I> {
    kind: Kind,
    columns: I,
}

impl<'de, I: IntoIterator<Item = (&'static str, Value)>> DeserializeSeed<'de> for AttributesOf<I> {
    type Value = Attributes;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Attributes, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, I: IntoIterator<Item = (&'static str, Value)>> Visitor<'de> for AttributesOf<I> {
    type Value = Attributes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Attributes, A::Error> {
        let stored = std::iter::from_fn(|| map.next_entry_seed(Name(self.kind), AnyValue).transpose());
        let columns = self.columns.into_iter().map(|(name, value)| Ok((FieldName::Borrowed(name), value)));
        stored.chain(columns).collect()
    }
}

/// A field name; known names are not allocated.
struct Name(Kind);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = FieldName;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<FieldName, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = FieldName;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<FieldName, E> {
        let known = fields::of(self.0).iter().find(|field| field.name == name);
        Ok(known.map_or_else(|| FieldName::Owned(name.to_owned()), |field| FieldName::Borrowed(field.name)))
    }
}

struct AnyValue;

impl<'de> DeserializeSeed<'de> for AnyValue {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, an integer, true, false or a list of texts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::text(text))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number).map(Value::Number).map_err(|_| E::custom("a number is too large"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut set: BTreeSet<Box<str>> = BTreeSet::new();
        while let Some(item) = items.next_element()? {
            set.insert(item);
        }
        Ok(Value::set(set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_type() -> Attributes {
        [
            ("ads", Value::Bool(false)),
            ("description", Value::text("\"é\" \\ \n\u{0}\u{202e}🎻")),
            ("extendedAttributes.a \"b\"", Value::text("x")),
            ("number", Value::Number(i64::MIN)),
            ("other", Value::Number(i64::MAX)),
            ("set", Value::set(["b, c", "a"])),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn every_type_of_value_is_read_back_unchanged() {
        let text = write(&every_type(), &[]);
        assert_eq!(read(Kind::Application, &text, []).unwrap(), every_type());
    }

    #[test]
    fn empty_values_and_columns_are_not_stored() {
        let attributes: Attributes = [
            ("description", Value::text("")),
            ("plan", Value::text("gold")),
            ("roles", Value::set::<&str>([])),
            ("settings.status", Value::text("active")),
        ]
        .into_iter()
        .collect();
        let text = write(&attributes, &["plan"]);
        assert_eq!(text, r#"{"settings.status":"active"}"#);
        let back = read(Kind::PackageKey, &text, [("plan", Value::text("silver"))]).unwrap();
        assert_eq!((back.len(), back.text("plan")), (2, Some("silver")));
    }

    #[test]
    fn known_names_are_not_copied() {
        let back = read(Kind::Application, &write(&every_type(), &[]), []).unwrap();
        let copied: Vec<_> = back.iter().filter(|(name, _)| matches!(name, FieldName::Owned(_))).collect();
        assert_eq!(copied.len(), 4);
    }

    #[test]
    fn other_json_is_an_error() {
        for text in
            ["", "[]", "{}x", r#"{"a":null}"#, r#"{"a":1.5}"#, r#"{"a":{"b":1}}"#, r#"{"a":18446744073709551615}"#]
        {
            assert!(read(Kind::User, text, []).is_err(), "{text}");
        }
    }
}
