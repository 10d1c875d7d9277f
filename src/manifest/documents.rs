//! JSON Schemas of whole manifests, for editors.

use schemars::JsonSchema;
use schemars::Schema;
use schemars::generate::SchemaSettings;
use serde_json::Map;
use serde_json::Value as Json;

use crate::model::Kind;

/// The schema of one kind of manifest, in draft-07, which editors support best.
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
    // Each kind has its own rule for a missing name, so the mapping itself does not require it.
    let closed = metadata.remove("additionalProperties").unwrap_or_default();
    metadata.insert("required".to_owned(), serde_json::json!(["name"]));
    metadata.insert("additionalProperties".to_owned(), closed);
    let mut spec = spec;
    let required = spec.remove("required");
    let mut schema = document(kind.name(), metadata, spec);
    schema["required"] = serde_json::json!(["apiVersion", "kind", "metadata"]);
    let is_removed = serde_json::json!({ "required": ["removed"], "properties": { "removed": { "const": true } } });
    schema["if"] = serde_json::json!({ "required": ["metadata"], "properties": { "metadata": is_removed } });
    schema["then"] = requires(&super::read::names_in_spec(kind));
    schema["else"] = requires_spec(required.unwrap_or_else(|| serde_json::json!([])));
    schema["defaultSnippets"] = serde_json::json!([super::schema::snippet_of_kind(kind)]);
    schema
}

/// What a manifest with `removed: true` needs: the fields that find the object, if there are any.
fn requires(names: &[&str]) -> Json {
    if names.is_empty() { serde_json::json!({}) } else { requires_spec(serde_json::json!(names)) }
}

fn requires_spec(fields: Json) -> Json {
    serde_json::json!({ "required": ["spec"], "properties": { "spec": { "required": fields } } })
}

/// The schema of `keywright.yaml`.
pub fn of_workspace() -> Json {
    let mut generator = SchemaSettings::draft07().into_generator();
    let metadata = super::workspace::WorkspaceMetadata::json_schema(&mut generator);
    let spec = super::workspace::WorkspaceSpec::json_schema(&mut generator);
    let mut schema = document("Workspace", metadata, spec);
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

/// The schema of any manifest. `kind` selects the fields, so that editors complete and check only those.
pub fn of_any() -> Json {
    let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let mut definitions = Map::new();
    let mut choices = Vec::new();
    for kind in Kind::ALL {
        let mut schema = of_kind(kind);
        if let Some(fields) = schema.as_object_mut() {
            fields.remove("$schema");
            // A document without a kind is offered all of them, below.
            fields.remove("defaultSnippets");
        }
        definitions.insert(kind.name().to_owned(), schema);
        // A pattern, not a const: the YAML language server accepts the start of a const during completion, and would
        // offer the fields of a PackageKey in a Package.
        let named = serde_json::json!({ "type": "string", "pattern": format!("^{}$", kind.name()) });
        choices.push(serde_json::json!({
            "if": { "properties": { "kind": named }, "required": ["kind"] },
            "then": { "$ref": format!("#/definitions/{}", kind.name()) },
        }));
    }
    serde_json::json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Keywright manifest",
        "description": "One object that Keywright keeps in sync with this manifest.",
        "type": "object",
        "properties": {
            "apiVersion": { "const": super::API_VERSION, "description": "The version of the manifest format." },
            "kind": { "enum": names, "description": "The kind of object. It determines the fields of spec." },
        },
        "required": ["apiVersion", "kind", "metadata"],
        "defaultSnippets": Kind::ALL.map(super::schema::snippet_of_kind),
        "allOf": choices,
        "definitions": definitions,
    })
}
