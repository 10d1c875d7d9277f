//! The JSON Schemas of the documents, generated from their types.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

/// The schema of every document as draft 07, with its file name.
pub fn schemas() -> Vec<(&'static str, Json)> {
    vec![
        ("diagnostics.schema.json", schema_of::<super::diagnostics::Document<'_>>(super::diagnostics::KIND)),
        ("plan.schema.json", schema_of::<super::plan::Document<'_>>(super::plan::KIND)),
        ("outcome.schema.json", schema_of::<super::outcome::Document<'_>>(super::outcome::KIND)),
        ("diff.schema.json", schema_of::<super::difference::Document<'_>>(super::difference::KIND)),
        ("drift.schema.json", schema_of::<super::drift::Document<'_>>(super::drift::KIND)),
        ("export.schema.json", schema_of::<super::export::Document<'_>>(super::export::KIND)),
        ("keys.schema.json", schema_of::<super::keys::Document<'_>>(super::keys::KIND)),
        ("revocation.schema.json", schema_of::<super::revocation::Document<'_>>(super::revocation::KIND)),
        ("failure.schema.json", schema_of::<super::failure::Document<'_>>(super::failure::KIND)),
        ("applyevent.schema.json", schema_of::<super::apply::Document<'_>>(super::apply::KIND)),
        ("doctor.schema.json", schema_of::<super::doctor::Document<'_>>(super::doctor::KIND)),
        ("emulator.schema.json", schema_of::<super::emulator::Document<'_>>(super::emulator::KIND)),
        ("runs.schema.json", schema_of::<super::runs::Document>(super::runs::KIND)),
        ("run.schema.json", schema_of::<super::runs::One<'_>>(super::runs::KIND_OF_ONE)),
        ("workspaces.schema.json", schema_of::<super::workspaces::Document<'_>>(super::workspaces::KIND)),
    ]
}

/// One schema for every document that a command prints on its own, so that a reader checks any exit with it.
pub fn schema_of_any() -> Json {
    let mut generator = SchemaSettings::draft07().for_serialize().into_generator();
    let documents = [
        (super::diagnostics::KIND, generator.subschema_for::<super::diagnostics::Document<'_>>()),
        (super::plan::KIND, generator.subschema_for::<super::plan::Document<'_>>()),
        (super::outcome::KIND, generator.subschema_for::<super::outcome::Document<'_>>()),
        (super::export::KIND, generator.subschema_for::<super::export::Document<'_>>()),
        (super::difference::KIND, generator.subschema_for::<super::difference::Document<'_>>()),
        (super::drift::KIND, generator.subschema_for::<super::drift::Document<'_>>()),
        (super::keys::KIND, generator.subschema_for::<super::keys::Document<'_>>()),
        (super::revocation::KIND, generator.subschema_for::<super::revocation::Document<'_>>()),
        (super::failure::KIND, generator.subschema_for::<super::failure::Document<'_>>()),
        (super::apply::KIND, generator.subschema_for::<super::apply::Document<'_>>()),
        (super::doctor::KIND, generator.subschema_for::<super::doctor::Document<'_>>()),
        (super::emulator::KIND, generator.subschema_for::<super::emulator::Document<'_>>()),
        (super::runs::KIND, generator.subschema_for::<super::runs::Document>()),
        (super::runs::KIND_OF_ONE, generator.subschema_for::<super::runs::One<'_>>()),
        (super::workspaces::KIND, generator.subschema_for::<super::workspaces::Document<'_>>()),
    ];
    let mut definitions = Json::Object(generator.take_definitions(true));
    let mut choices = Vec::new();
    for (kind, reference) in documents {
        let reference = reference.to_value();
        let name = reference["$ref"].as_str().and_then(|path| path.rsplit('/').next()).unwrap_or_default().to_owned();
        name_kind(&mut definitions[&name], kind);
        choices.push(reference);
    }
    tidy(&mut definitions);
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Keywright output",
        "description": "Any document that a command prints with `--format json` or `json-stream`, whatever its exit code.",
        "oneOf": choices,
        "definitions": definitions,
    })
}

/// The schema of one document.
pub(crate) fn schema_of<T: JsonSchema>(kind: &str) -> Json {
    let generator = SchemaSettings::draft07().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    tidy(&mut schema);
    name_kind(&mut schema, kind);
    // Put the title and the description first.
    let mut sorted = Map::new();
    for name in ["$schema", "title", "description"] {
        sorted.extend(schema.as_object_mut().and_then(|fields| fields.shift_remove_entry(name)));
    }
    sorted.extend(schema.as_object().cloned().unwrap_or_default());
    Json::Object(sorted)
}

fn name_kind(schema: &mut Json, kind: &str) {
    schema["properties"]["formatVersion"] =
        json!({ "const": super::FORMAT_VERSION, "description": "The version of this format." });
    schema["properties"]["kind"] = json!({ "const": kind, "description": "The kind of the document." });
}

/// Absent fields are omitted, never null; and the sizes of Rust's numbers are not part of the format.
fn tidy(schema: &mut Json) {
    match schema {
        Json::Object(fields) => {
            without_null(fields);
            if fields.get("format").and_then(Json::as_str).is_some_and(|format| format.contains("int")) {
                fields.shift_remove("format");
            }
            fields.values_mut().for_each(tidy);
        }
        Json::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

fn without_null(fields: &mut Map<String, Json>) {
    if let Some(Json::Array(types)) = fields.get_mut("type") {
        types.retain(|word| word != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            fields.insert("type".to_owned(), only);
        }
    }
    let Some(Json::Array(mut choices)) = fields.shift_remove("anyOf") else {
        return;
    };
    choices.retain(|choice| choice.get("type").is_none_or(|word| word != "null"));
    match choices.as_mut_slice() {
        // Draft 07 ignores keywords beside a reference.
        [only] if only.get("$ref").is_some() => {
            fields.insert("allOf".to_owned(), choices.into());
        }
        [Json::Object(only)] => {
            for (name, value) in std::mem::take(only) {
                fields.entry(name).or_insert(value);
            }
        }
        _ => {
            fields.insert("anyOf".to_owned(), choices.into());
        }
    }
}
