//! JSON Schemas for editors, and the road from a field to the wish that the diff sees.

use std::borrow::Cow;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use schemars::json_schema;
use serde_json::Map;
use serde_json::Value as Json;

use super::read::Spanned;
use super::read::TextMap;
use crate::diagnostic::Place;
use crate::manifest::field::Form;
use crate::manifest::rules;
use crate::model::FieldName;
use crate::model::Kind;
use crate::model::Value;
use crate::model::Wish;
use crate::rule::Rule;

/// A value that becomes one wish or several.
pub trait Managed {
    const FORM: Form;
    /// The rule that a wrong value breaks, where the field names no other.
    const RULE: &'static Rule = &rules::KW_007;

    fn wish(&self, field: &'static str, place: Place, wishes: &mut Vec<Wish>);

    /// The characters of a text, or the number itself.
    fn size(&self) -> Option<i64> {
        None
    }
}

fn push(field: impl Into<FieldName>, value: Value, place: Place, wishes: &mut Vec<Wish>) {
    wishes.push(Wish { field: field.into(), value, place });
}

impl Managed for Box<str> {
    const FORM: Form = Form::Text;

    fn wish(&self, field: &'static str, place: Place, wishes: &mut Vec<Wish>) {
        push(field, Value::Text(self.clone()), place, wishes);
    }

    fn size(&self) -> Option<i64> {
        i64::try_from(self.chars().count()).ok()
    }
}

impl Managed for bool {
    const FORM: Form = Form::Flag;

    fn wish(&self, field: &'static str, place: Place, wishes: &mut Vec<Wish>) {
        push(field, Value::Bool(*self), place, wishes);
    }
}

impl Managed for i64 {
    const FORM: Form = Form::Number;

    fn wish(&self, field: &'static str, place: Place, wishes: &mut Vec<Wish>) {
        push(field, Value::Number(*self), place, wishes);
    }

    fn size(&self) -> Option<i64> {
        Some(*self)
    }
}

impl Managed for Vec<Spanned<Box<str>>> {
    const FORM: Form = Form::Set;

    fn wish(&self, field: &'static str, place: Place, wishes: &mut Vec<Wish>) {
        push(field, Value::set(self.iter().map(|item| item.value.clone())), place, wishes);
    }
}

impl Managed for TextMap {
    const FORM: Form = Form::Texts;

    fn wish(&self, field: &'static str, _: Place, wishes: &mut Vec<Wish>) {
        // By name: the order in which a manifest lists them has no meaning, so a plan must not show it.
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort_by(|a, b| a.0.value.cmp(&b.0.value));
        for (name, text) in sorted {
            push(format!("{field}.{}", name.value), Value::Text(text.value.clone()), text.place, wishes);
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

impl JsonSchema for TextMap {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "TextMap".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": { "type": "string" } })
    }
}

/// The schema of a mapping with these fields and no others.
pub fn object(properties: Map<String, Json>, required: &[&str], documentation: &str) -> Schema {
    let mut schema = json_schema!({ "type": "object" });
    if !documentation.trim().is_empty() {
        schema.insert("description".to_owned(), sentence(documentation).into());
    }
    schema.insert("properties".to_owned(), Json::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

/// The schema with the documentation of the field that it stands under.
pub fn described(mut schema: Schema, documentation: &str) -> Json {
    if !documentation.trim().is_empty() {
        schema.insert("description".to_owned(), sentence(documentation).into());
    }
    schema.to_value()
}

/// A doc comment as one paragraph.
fn sentence(documentation: &str) -> String {
    documentation.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The schema of one kind of manifest, as a draft-07 document: the draft that editors understand best.
pub fn of_kind(kind: Kind) -> Json {
    let mut generator = SchemaSettings::draft07().into_generator();
    let spec = match kind {
        Kind::User => super::user::UserSpec::json_schema(&mut generator),
        Kind::Application => super::application::ApplicationSpec::json_schema(&mut generator),
        Kind::Package => super::package::PackageSpec::json_schema(&mut generator),
        Kind::Plan => super::plan::PlanSpec::json_schema(&mut generator),
        Kind::PackageKey => super::package_key::PackageKeySpec::json_schema(&mut generator),
        Kind::ApiKey => super::api_key::ApiKeySpec::json_schema(&mut generator),
    };
    let mut metadata = super::document::Metadata::json_schema(&mut generator);
    // Reading reports a missing name under the rule of the kind, so the mapping itself does not ask for it.
    let closed = metadata.remove("additionalProperties").unwrap_or_default();
    metadata.insert("required".to_owned(), serde_json::json!(["name"]));
    metadata.insert("additionalProperties".to_owned(), closed);
    document(kind.name(), metadata, spec)
}

/// The schema of `keywright.yaml`.
pub fn of_workspace() -> Json {
    let mut generator = SchemaSettings::draft07().into_generator();
    let metadata = super::workspace::WorkspaceMetadata::json_schema(&mut generator);
    let spec = super::workspace::WorkspaceSpec::json_schema(&mut generator);
    let mut schema = document("Workspace", metadata, spec);
    // The workspace file works with nothing in it but its kind.
    schema["required"] = serde_json::json!(["apiVersion", "kind"]);
    schema
}

fn document(kind: &str, metadata: Schema, spec: Schema) -> Json {
    let about = spec.get("description").cloned().unwrap_or_default();
    serde_json::json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": format!("Keywright {kind}"),
        "description": about,
        "type": "object",
        "properties": {
            "apiVersion": { "const": super::API_VERSION, "description": "The version of the manifest format." },
            "kind": { "const": kind, "description": about },
            "metadata": metadata.to_value(),
            "spec": spec.to_value(),
        },
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": false,
    })
}

/// The schema of any manifest: what `kind` says decides which fields are right, so that completion and errors in an
/// editor are about that kind.
pub fn of_any() -> Json {
    let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let mut definitions = Map::new();
    let mut choices = Vec::new();
    for kind in Kind::ALL {
        let mut schema = of_kind(kind);
        if let Some(fields) = schema.as_object_mut() {
            fields.remove("$schema");
        }
        definitions.insert(kind.name().to_owned(), schema);
        // A pattern and no const: while it completes, the YAML language server takes the beginning of a const for
        // the whole, and would offer the fields of a PackageKey in a Package.
        let named = serde_json::json!({ "type": "string", "pattern": format!("^{}$", kind.name()) });
        choices.push(serde_json::json!({
            "if": { "properties": { "kind": named }, "required": ["kind"] },
            "then": { "$ref": format!("#/definitions/{}", kind.name()) },
        }));
    }
    serde_json::json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Keywright manifest",
        "description": "One object that Keywright keeps equal to what is written here.",
        "type": "object",
        "properties": {
            "apiVersion": { "const": super::API_VERSION, "description": "The version of the manifest format." },
            "kind": { "enum": names, "description": "What the manifest declares; it decides which fields stand under spec." },
        },
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "allOf": choices,
        "definitions": definitions,
    })
}
