//! The committed schemas match the types, the examples match the schemas, and the schemas refuse every shape that the
//! reader refuses.

use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use crate::console::Console;

const FILES: [(&str, &str); 25] = [
    ("", "keywright"),
    ("User", "user"),
    ("Application", "application"),
    ("Package", "package"),
    ("Plan", "plan"),
    ("PackageKey", "package-key"),
    ("ApiKey", "api-key"),
    ("Workspace", "workspace"),
    ("Output", "output"),
    ("DiagnosticsOutput", "diagnostics-output"),
    ("PlanOutput", "plan-output"),
    ("OutcomeOutput", "outcome-output"),
    ("DiffOutput", "diff-output"),
    ("DriftOutput", "drift-output"),
    ("ExportOutput", "export-output"),
    ("KeysOutput", "keys-output"),
    ("RevocationOutput", "revocation-output"),
    ("RunsOutput", "runs-output"),
    ("RunOutput", "run-output"),
    ("DoctorOutput", "doctor-output"),
    ("EmulatorOutput", "emulator-output"),
    ("FailureOutput", "failure-output"),
    ("WorkspacesOutput", "workspaces-output"),
    ("ApplyEventOutput", "apply-event-output"),
    ("SavedPlan", "saved-plan"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn printed(kind: &str) -> String {
    let ran = Console::new(root()).run(&format!("schema {kind}"));
    assert_eq!(ran.exit, 0, "{}", ran.err);
    ran.out
}

pub(crate) fn validator(kind: &str) -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(&printed(kind)).unwrap()).unwrap()
}

/// `BLESS=1` writes them.
#[test]
fn committed_schemas_match_the_command() {
    for (kind, file) in FILES {
        let path = root().join(format!("schemas/{file}.schema.json"));
        let printed = printed(kind);
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &printed).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == printed, "{} is out of step; run the tests with BLESS=1", path.display());
    }
    let (files, catalogue) = (std::fs::read_dir(root().join("schemas")).unwrap().count(), 1);
    assert_eq!(files, FILES.len() + catalogue, "a schema without a source");
}

#[test]
fn all_schemas_are_written_at_once_and_no_file_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::new(folder.path().to_path_buf());
    let ran = console.run("schema --all --out schemas");
    assert_eq!((ran.exit, ran.err.as_str()), (0, "25 files written to schemas\n"));
    for (kind, file) in FILES {
        let name = format!("schemas/{file}.schema.json");
        let written = std::fs::read_to_string(folder.path().join(&name)).unwrap();
        assert!(written == printed(kind), "{name}");
        let schema: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(schema["$id"], format!("https://keywright.dev/schemas/v1/{file}.schema.json"));
    }
    let own = folder.path().join("schemas/user.schema.json");
    std::fs::write(&own, "mine").unwrap();
    assert_ne!(console.run("schema --all --out schemas").exit, 0);
    assert_eq!(std::fs::read_to_string(own).unwrap(), "mine");
    assert_ne!(console.run("schema --all").exit, 0);
}

#[test]
fn all_schemas_are_written_beside_those_of_a_new_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::new(folder.path().to_path_buf());
    assert_eq!(console.run("init").exit, 0);
    let ran = console.run("schema --all --out schemas");
    assert_eq!(ran.exit, 0, "{}", ran.err);
    for (kind, file) in [("", "keywright"), ("Workspace", "workspace")] {
        let written = std::fs::read_to_string(folder.path().join(format!("schemas/{file}.schema.json"))).unwrap();
        assert!(written == printed(kind), "{file}");
    }
}

/// An entry of SchemaStore names files that Keywright reads, and schemas by the names that they have.
#[test]
fn the_entries_of_the_catalogue_name_schemas_and_files() {
    let text = std::fs::read_to_string(root().join("schemas/schemastore.json")).unwrap();
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
    let ids: Vec<&Value> = entries.iter().map(|entry| &entry["url"]).collect();
    let id = |kind| serde_json::from_str::<Value>(&printed(kind)).unwrap()["$id"].clone();
    assert_eq!(ids, [&id(""), &id("Workspace")]);
    assert_eq!(entries[0]["fileMatch"], serde_json::json!(["*.keywright.yaml"]));
    assert_eq!(entries[1]["fileMatch"], serde_json::json!(["keywright.yaml"]));
    let folder = tempfile::tempdir().unwrap();
    let console = Console::new(folder.path().to_path_buf());
    assert_eq!(console.run("init").exit, 0);
    std::fs::rename(folder.path().join("first.yaml"), folder.path().join("first.keywright.yaml")).unwrap();
    let ran = console.run("plan");
    assert!(ran.out.contains("5 to create") || ran.out.contains("5 created"), "{}", ran.out);
}

/// Keywords of draft-07, and those that only editors read.
const KEYWORDS: &str = "$id $schema $ref title description type properties required additionalProperties items minItems maxItems enum const \
    pattern format minimum maximum minLength maxLength minProperties anyOf oneOf allOf not if then else dependencies definitions default \
    examples patternErrorMessage errorMessage defaultSnippets";

/// Calls `see` with the schema and all schemas in it.
fn every_schema(schema: &Value, see: &mut dyn FnMut(&Value)) {
    let Value::Object(keywords) = schema else { return };
    see(schema);
    for (keyword, value) in keywords {
        match (keyword.as_str(), value) {
            ("properties" | "definitions" | "dependencies", Value::Object(all)) => {
                all.values().for_each(|inner| every_schema(inner, see));
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(all)) => all.iter().for_each(|inner| every_schema(inner, see)),
            ("items" | "additionalProperties" | "not" | "if" | "then" | "else", inner) => every_schema(inner, see),
            _ => {}
        }
    }
}

#[test]
fn every_schema_is_of_draft_07() {
    let known: Vec<&str> = KEYWORDS.split_whitespace().collect();
    for (kind, _) in FILES {
        let schema: Value = serde_json::from_str(&printed(kind)).unwrap();
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#", "{kind}");
        assert!(jsonschema::meta::is_valid(&schema), "{kind}");
        every_schema(&schema, &mut |part| {
            let later = part.as_object().unwrap().keys().find(|keyword| !known.contains(&keyword.as_str()));
            assert!(later.is_none(), "{kind} has {later:?}, which no editor of draft-07 reads");
        });
    }
}

/// A snippet with its placeholders as they stand: `${1:name}` is `name`, and after `^` a number.
fn filled(snippet: &Value) -> Value {
    match snippet {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), filled(value))).collect(),
        Value::Array(items) => items.iter().map(filled).collect(),
        Value::String(text) => {
            let inner = |text: &str| Some(text.strip_prefix("${")?.split_once(':')?.1.strip_suffix('}')?.to_owned());
            match text.strip_prefix('^').and_then(inner) {
                Some(number) => number.parse::<i64>().unwrap().into(),
                None => inner(text).unwrap_or_else(|| text.clone()).into(),
            }
        }
        other => other.clone(),
    }
}

#[test]
fn every_example_and_snippet_is_what_its_field_takes() {
    let mut seen = 0;
    for (kind, _) in &FILES[..8] {
        let schema: Value = serde_json::from_str(&printed(kind)).unwrap();
        every_schema(&schema, &mut |part| {
            let list = |keyword: &str| part.get(keyword).and_then(Value::as_array).into_iter().flatten();
            let values: Vec<Value> = list("examples")
                .cloned()
                .chain(list("defaultSnippets").map(|snippet| filled(&snippet["body"])))
                .collect();
            seen += values.len();
            if !values.is_empty() {
                let validator = jsonschema::validator_for(part).unwrap();
                for value in values {
                    assert!(validator.is_valid(&value), "{value} in {kind}: {}", part["description"]);
                }
            }
        });
    }
    assert!(seen > 100, "only {seen}");
}

fn every_description(schema: &Value, path: &str, missing: &mut Vec<String>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for (name, property) in properties {
        let path = format!("{path}.{name}");
        let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
        if !description.ends_with('.') || description.split_whitespace().count() < 3 {
            missing.push(path.clone());
        }
        every_description(property, &path, missing);
        if let Some(items) = property.get("items") {
            every_description(items, &path, missing);
        }
    }
}

#[test]
fn every_field_has_a_sentence_that_helps_in_a_hover() {
    let mut missing = Vec::new();
    for (kind, _) in &FILES[1..] {
        let schema: Value = serde_json::from_str(&printed(kind)).unwrap();
        every_description(&schema["properties"]["spec"], kind, &mut missing);
        every_description(&schema["properties"]["metadata"], kind, &mut missing);
    }
    assert!(missing.is_empty(), "{missing:?}");
}

fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
}

fn documents(path: &Path) -> Vec<Value> {
    use serde::Deserialize;
    let text = std::fs::read_to_string(path).unwrap();
    serde_yaml::Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap()).collect()
}

#[test]
fn every_example_matches_the_schema() {
    let (any, workspace) = (validator(""), validator("Workspace"));
    let mut files = Vec::new();
    yaml_files(&root().join("examples"), &mut files);
    // Those of other programs.
    files.retain(|path| !path.starts_with(root().join("examples/ci")));
    assert!(files.len() > 20, "the examples are gone");
    for path in files {
        let schema = if path.file_name().unwrap() == "keywright.yaml" { &workspace } else { &any };
        for document in documents(&path).iter().filter(|document| !document.is_null()) {
            let errors: Vec<String> = schema.iter_errors(document).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
        }
    }
}

/// One wrong shape per line: an editor also underlines what the reader refuses.
#[test]
fn the_schema_refuses_every_shape_that_the_reader_refuses() {
    let any = validator("");
    let shapes = [
        "{apiVersion: keywright.dev/v1, kind: Usr, metadata: {name: a}, spec: {}}",
        "{apiVersion: v2, kind: User, metadata: {name: a}, spec: {email: a@b, displayName: A}}",
        "{apiVersion: keywright.dev/v1, kind: User, metadata: {name: a}, spec: {email: a@b, displayName: A, mail: x}}",
        "{apiVersion: keywright.dev/v1, kind: User, metadata: {name: a}, spec: {email: a@b, displayName: A, phone: 1}}",
        "{apiVersion: keywright.dev/v1, kind: User, metadata: {name: a}, spec: {email: a@b, displayName: A, status: off}}",
        "{apiVersion: keywright.dev/v1, kind: User, metadata: {name: a}, spec: {email: a@b, displayName: null}}",
        "{apiVersion: keywright.dev/v1, kind: User, metadata: {name: a}, spec: {displayName: A}}",
        "{apiVersion: keywright.dev/v1, kind: User, metadata: {}, spec: {email: a@b, displayName: A}}",
        "{apiVersion: keywright.dev/v1, kind: User, metadata: {name: a}}",
        "{apiVersion: keywright.dev/v1, kind: Plan, metadata: {name: a}, spec: {package: p, throttle: {perSecond: '2'}}}",
        "{apiVersion: keywright.dev/v1, kind: Plan, metadata: {name: a}, spec: {package: p, quota: {per: ''}}}",
        "{apiVersion: keywright.dev/v1, kind: ApiKey, metadata: {name: a}, spec: {enabled: yes please}}",
        "{apiVersion: keywright.dev/v1, kind: Plan, metadata: {name: a}, spec: {package: p, throttle: {perSecond: 2, unlimited: true}}}",
        "{apiVersion: keywright.dev/v1, kind: Plan, metadata: {name: a}, spec: {package: p, quota: {calls: 2, unlimited: true}}}",
    ];
    let of_key = |fields| {
        format!(
            "{{apiVersion: keywright.dev/v1, kind: PackageKey, metadata: {{name: a}}, spec: {{user: u, application: b, package: c, plan: d, {fields}}}}}"
        )
    };
    let keys = [
        "key: {}",
        "key: {generate: {}, custom: {env: APP_A}}",
        "key: {custom: {env: APP_A, file: b}}",
        "key: {custom: {}}",
        "key: {generate: {}}, deliver: [{to: vault, as: A}]",
        "key: {generate: {}}, deliver: [{path: a, as: A}]",
        "key: {generate: {}}, deliver: [{file: a, to: vault, path: b, as: A}]",
        "key: {generate: {}}, deliver: [{as: A}]",
    ];
    assert!(any.is_valid(&serde_yaml::from_str::<Value>(&of_key("key: {generate: {}, existing: a}")).unwrap()));
    for shape in shapes.into_iter().map(str::to_owned).chain(keys.map(of_key)) {
        let document: Value = serde_yaml::from_str(&shape).unwrap();
        assert!(!any.is_valid(&document), "the schema takes {shape}");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("m.yaml"), &shape).unwrap();
        let ran = Console::new(folder.path().to_path_buf()).run("validate");
        assert_eq!(ran.exit, 3, "the reader takes {shape}");
    }
}

#[test]
fn a_saved_plan_matches_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(root().join("examples/quickstart/quickstart.yaml"), folder.path().join("m.yaml")).unwrap();
    let console = Console::new(folder.path().to_path_buf());
    assert_eq!(console.run("plan --out p.json").exit, 0);
    let text = std::fs::read_to_string(folder.path().join("p.json")).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    let validator = validator("SavedPlan");
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    document["changes"][0]["more"] = Value::from(1);
    assert!(!validator.is_valid(&document), "the schema takes what the reader does not know");
    let shown: Value = serde_json::from_str(&console.run("show p.json --format json").out).unwrap();
    let planned: Value = serde_json::from_str(&console.run("plan --format json").out).unwrap();
    assert_eq!(shown, planned, "the file remembers all of a plan without findings");
}

#[test]
fn json_output_matches_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let example = std::fs::read_to_string(root().join("examples/quickstart/quickstart.yaml")).unwrap();
    std::fs::write(folder.path().join("m.yaml"), example.replace("quota: plan", "quota: 9000")).unwrap();
    let console = Console::new(folder.path().to_path_buf());
    let commands = [
        ("validate --format json", "DiagnosticsOutput"),
        ("plan --format json", "PlanOutput"),
        ("apply --auto-approve --format json", "OutcomeOutput"),
        ("plan --format json", "PlanOutput"),
    ];
    for (command, schema) in commands {
        let ran = console.run(command);
        let document: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{command}: {}{}", ran.out, ran.err));
        let errors: Vec<String> = validator(schema).iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{command}: {errors:?}");
    }
}

#[test]
fn events_of_an_apply_match_their_schema() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(root().join("examples/quickstart/quickstart.yaml"), folder.path().join("m.yaml")).unwrap();
    let ran = Console::new(folder.path().to_path_buf()).run("apply --auto-approve --format json-stream");
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let lines: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let validator = validator("ApplyEventOutput");
    for line in &lines {
        assert!(validator.is_valid(line), "{line}");
    }
    let events: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["began", "change", "change", "change", "change", "change", "change", "ended"]);
    assert_eq!(lines[0]["changes"], 6);
    assert_eq!(lines[7]["summary"]["done"], 6);
    let numbers: Vec<_> = lines[1..7].iter().map(|line| line["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    assert!(lines[1]["milliseconds"].is_u64());
}
