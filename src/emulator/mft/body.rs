//! Reads a body. Names match in any case (1.5), unknown properties are ignored, all wrong ones are reported at once.

use serde_json::Map;
use serde_json::Value as Json;

use super::Failure;
use super::dates;
use super::schema;
use super::schema::Is;
use super::schema::Property;
use crate::model::Instant;

/// Maximum number of properties.
const MAX_PROPERTIES: usize = 500;

/// A body whose properties have the right types.
pub(super) struct Body(Map<String, Json>);

impl Body {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        let object = match serde_json::from_slice(bytes) {
            Ok(Json::Object(object)) if object.len() <= MAX_PROPERTIES => object,
            Ok(Json::Object(_)) => return Err(Failure::new(400, "The body has too many properties.")),
            Ok(_) => return Err(Failure::new(400, "The body is not an object.")),
            // The parser's message contains a position and no content.
            Err(error) => return Err(Failure::new(400, format!("The body is not JSON: {error}."))),
        };
        let lower = |(name, value): (String, Json)| (name.to_lowercase(), value);
        let body = Self(object.into_iter().map(lower).collect());
        let all = schema::PROPERTIES.iter().filter(|property| property.name != "name").chain([&schema::LABEL]);
        let errors: Vec<_> = all.filter_map(|property| Some((property.name, body.wrong(property)?))).collect();
        if errors.is_empty() { Ok(body) } else { Err(Failure::properties(errors)) }
    }

    fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(&name.to_lowercase())
    }

    fn wrong(&self, property: &Property) -> Option<String> {
        let must = match (property.is, self.get(property.name)?) {
            (_, Json::Null) if property.can_be_null => return None,
            (Is::Text, Json::String(_)) | (Is::Flag, Json::Bool(_)) => return None,
            (Is::Number, Json::Number(number)) if number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()) => {
                return None;
            }
            (Is::Instant, Json::String(text))
                if dates::read(text).is_some_and(|instant| instant.is_none_or(dates::is_storable)) =>
            {
                return None;
            }
            (Is::Text, _) => "a text or null",
            (Is::Flag, _) => "true or false",
            (Is::Number, _) => "a whole number of 32 bits",
            (Is::Instant, _) => "an instant like 2027-06-30T00:00:00Z",
        };
        Some(format!("must be {must}"))
    }

    /// A text; the inner `None` is null.
    pub(super) fn text(&self, name: &str) -> Option<Option<&str>> {
        self.get(name).map(Json::as_str)
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(Json::as_bool)
    }

    pub(super) fn number(&self, name: &str) -> Option<i32> {
        self.get(name).and_then(Json::as_i64).and_then(|number| i32::try_from(number).ok())
    }

    /// An instant; the inner `None` is null.
    pub(super) fn instant(&self, name: &str) -> Option<Option<Instant>> {
        self.text(name).map(|text| text.and_then(dates::read).flatten())
    }
}
