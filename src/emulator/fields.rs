//! The `fields` parameter (section 4.4 of the reference): the properties to return of an object and of nested objects.

use std::collections::BTreeMap;

use serde_json::Map;
use serde_json::Value as Json;

use super::answer::ApiError;

/// Maximum depth of a path: far more than the service has levels. The number of objects in an answer is limited
/// elsewhere, see [`super::view::BUDGET`].
const DEEPEST: usize = 16;

/// A tree of property names. Without branches it requests the default properties.
#[derive(Default, Clone, PartialEq, Eq, Debug)]
pub(super) struct Fields {
    /// `*`: every property except objects and lists.
    pub(super) all: bool,
    named: BTreeMap<String, Self>,
}

impl Fields {
    /// Parses all `fields` parameters: commas between paths, dots inside them, whitespace anywhere (quirk Q22).
    pub(super) fn parse<'a>(values: impl Iterator<Item = &'a str>) -> Result<Option<Self>, ApiError> {
        let mut fields = Self::default();
        for path in values.flat_map(|value| value.split(',')).map(str::trim).filter(|path| !path.is_empty()) {
            check_depth("fields", path)?;
            fields.add(path);
        }
        Ok((fields != Self::default()).then_some(fields))
    }

    /// A tree with one path.
    pub(super) fn of_path(path: &str) -> Self {
        let mut fields = Self::default();
        fields.add(path);
        fields
    }

    fn add(&mut self, path: &str) {
        let mut at = self;
        for part in path.split('.').map(str::trim) {
            if part == "*" {
                at.all = true;
                return;
            }
            at = at.named.entry(part.to_owned()).or_default();
        }
    }

    /// The fields requested of a named property.
    pub(super) fn named(&self, name: &str) -> Option<&Self> {
        self.named.get(name)
    }

    /// `None` without branches: the default properties are enough.
    pub(super) fn wanted(&self) -> Option<&Self> {
        (self.all || !self.named.is_empty()).then_some(self)
    }

    /// Whether a path has more than one part.
    pub(super) fn is_nested(&self) -> bool {
        self.named.values().any(|below| below.wanted().is_some())
    }

    /// Reduces a value without service objects to the requested fields.
    pub(super) fn cut(&self, value: Json) -> Json {
        let Some(fields) = self.wanted() else { return value };
        match value {
            Json::Array(items) => items.into_iter().map(|item| self.cut(item)).collect(),
            Json::Object(object) => Json::Object(fields.cut_object(object)),
            scalar => scalar,
        }
    }

    fn cut_object(&self, object: Map<String, Json>) -> Map<String, Json> {
        let keep = |(name, value): (String, Json)| match self.named.get(&name) {
            Some(below) => Some((name, below.cut(value))),
            None if self.all && !value.is_object() && !value.is_array() => Some((name, value)),
            None => None,
        };
        object.into_iter().filter_map(keep).collect()
    }
}

/// Refuses a path with too many parts.
pub(super) fn check_depth(parameter: &str, path: &str) -> Result<(), ApiError> {
    if path.split('.').count() > DEEPEST {
        return Err(ApiError::new(400, format!("{parameter}: a path has more than {DEEPEST} parts")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Fields;

    fn fields(values: &[&str]) -> Fields {
        Fields::parse(values.iter().copied()).unwrap().unwrap()
    }

    #[test]
    fn paths_come_from_several_parameters_with_spaces_around_them() {
        let fields = fields(&[" id ,\n package.id", "package.name"]);
        assert!(fields.named("id").is_some_and(|id| id.wanted().is_none()));
        assert_eq!(
            fields.cut(json!({"id": 1, "x": 2, "package": {"id": 3, "name": 4, "y": 5}})),
            json!({"id": 1, "package": {"id": 3, "name": 4}})
        );
        assert!(fields.is_nested());
    }

    #[test]
    fn a_star_is_every_scalar() {
        let fields = fields(&["*,list"]);
        assert_eq!(fields.cut(json!({"a": 1, "list": [{"b": 2}], "object": {}})), json!({"a": 1, "list": [{"b": 2}]}));
    }

    #[test]
    fn nothing_asked_is_nothing_and_too_deep_is_refused() {
        assert_eq!(Fields::parse(std::iter::empty()).unwrap(), None);
        assert_eq!(Fields::parse([" , "].into_iter()).unwrap(), None);
        assert!(Fields::parse(["plans.services.endpoints.methods.responseFilters.id"].into_iter()).is_ok());
        assert!(Fields::parse(["a.".repeat(16).as_str()].into_iter()).is_err());
    }
}
