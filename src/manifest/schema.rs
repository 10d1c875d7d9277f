//! JSON Schemas of fields, and conversion of fields to desired fields.

mod examples;
mod exclusions;
mod snippets;

pub use snippets::of_kind as snippet_of_kind;

use std::borrow::Cow;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;
use serde_json::Map;
use serde_json::Value as Json;

use super::read::Spanned;
use super::read::TextMap;
use crate::diagnostic::Place;
use crate::manifest::field::Form;
use crate::manifest::rules;
use crate::model::DesiredField;
use crate::model::FieldName;
use crate::model::Value;
use crate::rule::Rule;

/// A value that becomes one or more desired fields.
pub trait Managed {
    const FORM: Form;
    /// The rule for a wrong value, unless the field names another one.
    const RULE: &'static Rule = &rules::KW_007;

    fn push_fields(&self, field: &'static str, place: Place, fields: &mut Vec<DesiredField>);

    /// The number of characters of a text, or the number itself.
    fn size(&self) -> Option<i64> {
        None
    }
}

fn push(field: impl Into<FieldName>, value: Value, place: Place, fields: &mut Vec<DesiredField>) {
    fields.push(DesiredField { field: field.into(), value, place });
}

impl Managed for Box<str> {
    const FORM: Form = Form::Text;

    fn push_fields(&self, field: &'static str, place: Place, fields: &mut Vec<DesiredField>) {
        push(field, Value::Text(self.clone()), place, fields);
    }

    fn size(&self) -> Option<i64> {
        i64::try_from(self.chars().count()).ok()
    }
}

impl Managed for bool {
    const FORM: Form = Form::Flag;

    fn push_fields(&self, field: &'static str, place: Place, fields: &mut Vec<DesiredField>) {
        push(field, Value::Bool(*self), place, fields);
    }
}

impl Managed for i64 {
    const FORM: Form = Form::Number;

    fn push_fields(&self, field: &'static str, place: Place, fields: &mut Vec<DesiredField>) {
        push(field, Value::Number(*self), place, fields);
    }

    fn size(&self) -> Option<i64> {
        Some(*self)
    }
}

impl Managed for Vec<Spanned<Box<str>>> {
    const FORM: Form = Form::Set;

    fn push_fields(&self, field: &'static str, place: Place, fields: &mut Vec<DesiredField>) {
        push(field, Value::set(self.iter().map(|item| item.value.clone())), place, fields);
    }
}

impl Managed for TextMap {
    const FORM: Form = Form::Texts;

    fn push_fields(&self, field: &'static str, _: Place, fields: &mut Vec<DesiredField>) {
        // By name: the order in a manifest has no meaning, so a plan must not depend on it.
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort_by(|a, b| a.0.value.cmp(&b.0.value));
        for (name, text) in sorted {
            push(format!("{field}.{}", name.value), Value::Text(text.value.clone()), text.place, fields);
        }
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

schema!(TextMap, { "type": "object", "additionalProperties": { "type": "string" } });

/// The schema of a mapping with exactly these fields. `what` names it in the messages and lists of an editor.
pub fn object(what: &str, properties: Map<String, Json>, required: &[&str], documentation: &str) -> Schema {
    let mut schema = json_schema!({ "title": what, "type": "object" });
    if !documentation.trim().is_empty() {
        schema.insert("description".to_owned(), sentence(documentation).into());
    }
    schema.insert("properties".to_owned(), Json::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema.insert("additionalProperties".to_owned(), false.into());
    for (keyword, value) in exclusions::of(what) {
        schema.insert(keyword.to_owned(), value);
    }
    schema
}

/// The schema of a field with its documentation, and with examples and snippets for editors.
pub fn described(what: &str, field: &str, mut schema: Schema, documentation: &str) -> Json {
    if !documentation.trim().is_empty() {
        schema.insert("description".to_owned(), sentence(documentation).into());
    }
    let place = format!("{what}.{field}");
    for (keyword, value) in [("examples", examples::of(&place)), ("defaultSnippets", snippets::of(&place))] {
        if let Some(value) = value {
            schema.insert(keyword.to_owned(), value);
        }
    }
    schema.to_value()
}

/// A value of one of several forms. Of a value without any of them, an editor shows the message of one form only, so the message of each
/// names them all.
pub fn one_of(forms: impl IntoIterator<Item = Schema>, says: &str) -> Schema {
    let forms = forms.into_iter().map(|mut form| {
        for keyword in ["errorMessage", "patternErrorMessage"] {
            if keyword == "errorMessage" || form.get("pattern").is_some() {
                form.insert(keyword.to_owned(), says.into());
            }
        }
        form.to_value()
    });
    json_schema!({ "anyOf": forms.collect::<Vec<_>>() })
}

/// A doc comment as one paragraph.
fn sentence(documentation: &str) -> String {
    documentation.split_whitespace().collect::<Vec<_>>().join(" ")
}
