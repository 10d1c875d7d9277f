//! The formats of findings, as CI servers and code hosts read them.

use std::path::Path;

use serde_json::Value;

use crate::console::Console;
use crate::console::Ran;
use crate::team::TEAM;

/// Two keys with one label, an unknown field, and a warning in the settings.
fn workspace() -> (tempfile::TempDir, Console) {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::new(folder.path().to_path_buf());
    (folder, console)
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Runs a command twice; it must print the same.
fn twice(console: &Console, line: &str) -> Ran {
    let (first, second) = (console.run(line), console.run(line));
    assert_eq!((&first.out, first.exit), (&second.out, second.exit), "{line}");
    first
}

fn sarif_schema() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/published/sarif-2.1.0-rtm.5.json");
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    // It has a pattern that is not a regular expression: the brackets of `[a-zA-Z]{2}]?` do not match.
    for definition in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][definition]["properties"]["language"];
        language.as_object_mut().into_iter().for_each(|language| drop(language.remove("pattern")));
    }
    jsonschema::options().with_draft(jsonschema::Draft::Draft4).build(&schema).unwrap()
}

/// The properties that GitLab requires, from its documentation of the format.
fn code_quality_schema() -> jsonschema::Validator {
    let schema = serde_json::json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "additionalProperties": false,
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "minLength": 1},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^[^/].*"},
                        "lines": {"required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                    },
                },
            },
        },
    });
    jsonschema::validator_for(&schema).unwrap()
}

fn check(validator: &jsonschema::Validator, text: &str) -> Value {
    let document: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}: {text}");
    document
}

/// Findings of every severity, with and without a place, below a folder whose name needs escapes.
fn troubled() -> (tempfile::TempDir, Console) {
    let (folder, console) = workspace();
    write(folder.path(), "a b/é,1:2%.yaml", &TEAM.replace("displayName: Alice", "displayNmae: Alice"));
    write(folder.path(), "keywright.yaml", "apiVersion: keywright.dev/v1\nkind: Workspace\nspec: {gards: {}}\n");
    (folder, console)
}

#[test]
fn sarif_is_valid_whatever_happens() {
    let schema = sarif_schema();
    let (folder, console) = troubled();
    for command in ["validate", "plan"] {
        let ran = twice(&console, &format!("{command} --format sarif"));
        assert_eq!(ran.exit, 3, "{}", ran.err);
        let document = check(&schema, &ran.out);
        assert!(!document["runs"][0]["results"].as_array().unwrap().is_empty());
        let uris: Vec<&str> = document["runs"][0]["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap())
            .collect();
        assert!(uris.contains(&"a%20b/%C3%A9%2C1%3A2%25.yaml") && uris.contains(&"keywright.yaml"), "{uris:?}");
    }
    // A failure is in the report, too.
    std::fs::remove_file(folder.path().join("keywright.yaml")).unwrap();
    write(folder.path(), "a b/é,1:2%.yaml", TEAM);
    let clean = twice(&console, "validate --format sarif");
    assert_eq!(check(&schema, &clean.out)["runs"][0]["results"].as_array().unwrap().len(), 0, "{}", clean.out);
    std::fs::create_dir_all(folder.path().join(".keywright/keywright.db")).unwrap();
    let failed = twice(&console, "plan --format sarif");
    assert_eq!(failed.exit, 1, "{}", failed.err);
    let document = check(&schema, &failed.out);
    assert_eq!(document["runs"][0]["results"][0]["ruleId"], "failed", "{}", failed.out);
    assert!(failed.err.contains("error: could not"), "{}", failed.err);
}

#[test]
fn annotations_reach_the_runner() {
    let (_folder, console) = troubled();
    let ran = twice(&console, "validate --format github");
    assert_eq!(ran.exit, 3);
    let first = ran.out.lines().next().unwrap();
    assert!(first.starts_with("::error file="), "{}", ran.out);
    assert!(ran.out.contains("file=a b/é%2C1%3A2%25.yaml,line=4,"), "{}", ran.out);
    assert!(ran.out.lines().all(|line| line.starts_with("::")), "{}", ran.out);
}

#[test]
fn code_quality_is_an_array_also_without_findings() {
    let schema = code_quality_schema();
    let (folder, console) = troubled();
    let ran = twice(&console, "validate --format gitlab");
    assert!(check(&schema, &ran.out).as_array().unwrap().len() > 1, "{}", ran.out);
    std::fs::remove_file(folder.path().join("keywright.yaml")).unwrap();
    write(folder.path(), "a b/é,1:2%.yaml", TEAM);
    assert_eq!(twice(&console, "validate --format gitlab").out, "[]\n");
}

#[test]
fn junit_is_read_back() {
    let (_folder, console) = troubled();
    let ran = twice(&console, "validate --format junit");
    assert_eq!(ran.exit, 3);
    let report = quick_junit::Report::deserialize_from_str(&ran.out).unwrap();
    let suite = &report.test_suites[0];
    assert!(suite.failures > 1 && suite.tests >= suite.failures, "{}", ran.out);
}

/// Code hosts name files from the root of the checkout, wherever a job runs.
#[test]
fn paths_of_reports_are_relative_to_the_root_of_the_checkout() {
    let repository = crate::trust::repository::Repository::new();
    for (name, text) in [
        ("teams/red/keywright.yaml", "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: red}\n"),
        ("teams/red/a b/b,c.yaml", "apiVersion: keywright.dev/v1\nkind: Usr\n"),
        ("teams/blue/keywright.yaml", "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: blue}\n"),
        ("teams/blue/c.yaml", crate::team::TEAM),
    ] {
        repository.write(name, text);
    }
    repository.git("rm -q --cached keywright.yaml payments.yaml");
    std::fs::remove_file(repository.root().join("keywright.yaml")).unwrap();
    std::fs::remove_file(repository.root().join("payments.yaml")).unwrap();
    let outside = repository.outside().join("elsewhere");
    std::fs::create_dir(&outside).unwrap();
    let chosen = repository.root().join("teams/red");
    let folders = ["", "teams", "teams/red", "teams/red/a b", "teams/blue"].map(|name| repository.root().join(name));
    for format in ["sarif", "github", "gitlab", "junit"] {
        let mut reports: Vec<(u8, String)> = Vec::new();
        for folder in folders.iter().chain([&outside]) {
            let console = Console::new(folder.clone());
            let ran = console.run(&format!("validate --workspace {} --format {format}", chosen.display()));
            assert!(ran.exit == 3 && ran.out.contains("teams/red/a"), "{format}, {}: {}", folder.display(), ran.out);
            reports.push((ran.exit, ran.out));
            // A failure has the settings file.
            let ran = console.run(&format!("plan --since nosuch --workspace {} --format {format}", chosen.display()));
            let is_named =
                ran.out.contains("teams/red/a") && ran.exit == 3 || ran.out.contains("teams/red/keywright.yaml");
            assert!(is_named, "{format}, {}: {}", folder.display(), ran.out);
        }
        assert!(reports.iter().all(|report| *report == reports[0]), "{format}: {reports:?}");
    }
    let below = Console::new(repository.root().join("teams"));
    let ran = below.run("validate --workspace '*' --format gitlab");
    assert!(ran.out.contains("\"path\": \"teams/red/a b/b,c.yaml\""), "{}", ran.out);
}
