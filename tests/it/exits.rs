//! What a pipeline reads of a command that fails, and of the file that `plan --out` should have saved.

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;

use crate::console::Console;
use crate::console::Ran;
use crate::team::TEAM;

fn workspace() -> (tempfile::TempDir, Console) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.yaml"), TEAM).unwrap();
    let console = Console::new(folder.path().to_path_buf());
    (folder, console)
}

fn schema(kind: &str) -> jsonschema::Validator {
    let ran = Console::new(Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()).run(&format!("schema {kind}"));
    jsonschema::validator_for(&serde_json::from_str(&ran.out).unwrap()).unwrap()
}

/// The one document on standard output.
fn document(ran: &Ran, kind: &str) -> Value {
    let document: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err));
    assert!(schema("Output").is_valid(&document), "{}", ran.out);
    let errors: Vec<String> = schema(kind).iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}: {}", ran.out);
    document
}

#[test]
fn every_exit_is_one_document() {
    let (folder, console) = workspace();
    let settings = |text: &str| {
        let text = format!("apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: w}}\nspec: {text}\n");
        std::fs::write(folder.path().join("keywright.yaml"), text).unwrap();
    };
    let failed = |line: &str, exit: u8| {
        let ran = console.run(line);
        assert_eq!(ran.exit, exit, "{line}: {}{}", ran.out, ran.err);
        let document = document(&ran, "FailureOutput");
        assert_eq!(document["failure"]["exit"], exit, "{line}");
        let message = document["failure"]["message"].as_str().unwrap();
        assert!(ran.err.contains(message.lines().next().unwrap()), "{line}: {message}: {}", ran.err);
        document
    };
    // Usage.
    failed("plan --format json --nonsense", 64);
    failed("plan --prune=5 --format=json", 64);
    failed("apply --format json-stream --strict --auto-approve", 64);
    // Not found, and a store that cannot be read.
    failed("validate nowhere --format json", 1);
    failed("show nowhere.json --format json", 1);
    failed("runs show 7 --format json", 1);
    // A missing variable.
    settings(
        "{stores: {cloudApiManagement: {url: 'http://127.0.0.1:9', area: a, credentials: {apiKey: {env: \
              KEYWRIGHT_A}, apiSecret: {env: KEYWRIGHT_A}, username: {env: KEYWRIGHT_A}, password: {env: KEYWRIGHT_A}}}}}",
    );
    failed("plan --format json", 1);
    // Findings before the failure are in the document.
    settings("{database: nonsense/keywright.db, rules: {KW-009: warning}}");
    let ran = console.run("plan --format json");
    assert!(serde_json::from_str::<Value>(&ran.out).is_ok(), "{}", ran.out);
    // In a stream, it is one line.
    settings("{}");
    let ran = console.run("apply nowhere --format json-stream --auto-approve");
    assert_eq!((ran.exit, ran.out.lines().count()), (1, 1), "{}", ran.out);
    document(&ran, "FailureOutput");
}

#[test]
fn a_bad_path_and_invalid_manifests_are_one_document() {
    let (_folder, console) = workspace();
    let ran = console.run("plan --format json --out missing/p.json");
    assert_eq!(ran.exit, 1);
    assert!(
        document(&ran, "FailureOutput")["failure"]["message"].as_str().unwrap().contains("its folder does not exist")
    );
    std::fs::write(console.folder.join("m.yaml"), TEAM.replace("displayName: Alice", "displayName: A\n  oops: 1"))
        .unwrap();
    let ran = console.run("apply --format json-stream --auto-approve");
    assert_eq!((ran.exit, ran.out.lines().count()), (3, 1), "{}", ran.out);
    document(&ran, "DiagnosticsOutput");
}

#[test]
fn a_failed_plan_leaves_no_older_plan() {
    let (folder, console) = workspace();
    let file = folder.path().join("plan.json");
    let saved = || {
        assert_eq!(console.run("plan --out plan.json").exit, 0);
        assert!(file.exists());
    };
    saved();
    // Invalid manifests.
    std::fs::write(folder.path().join("m.yaml"), "nonsense").unwrap();
    assert_eq!(console.run("plan --out plan.json").exit, 3);
    assert!(!file.exists(), "an older plan is left after invalid manifests");
    // A store that cannot be read.
    std::fs::write(folder.path().join("m.yaml"), TEAM).unwrap();
    saved();
    std::fs::create_dir_all(folder.path().join(".keywright/keywright.db")).unwrap();
    assert_eq!(console.run("plan --out plan.json").exit, 1);
    assert!(!file.exists(), "an older plan is left after a failure of the store");
    std::fs::remove_dir_all(folder.path().join(".keywright")).unwrap();
    // A limit of the whole plan.
    assert_eq!(console.run("apply --auto-approve").exit, 0);
    saved();
    let settings =
        "apiVersion: keywright.dev/v1\nkind: Workspace\nspec: {ownership: {applications: ofDeclaredUsers}}\n";
    std::fs::write(folder.path().join("keywright.yaml"), settings).unwrap();
    let without =
        TEAM.split("---\n").filter(|text| !text.contains("kind: Application")).collect::<Vec<_>>().join("---\n");
    std::fs::write(folder.path().join("m.yaml"), without).unwrap();
    let ran = console.run("plan --prune --max-delete 0 --out plan.json --format json");
    assert_eq!(document(&ran, "PlanOutput")["failure"]["exit"], 4, "{}", ran.out);
    let ran = console.run("plan --prune --max-delete 0 --out plan.json --format markdown");
    assert_eq!(ran.exit, 4, "{}{}", ran.out, ran.err);
    assert!(!file.exists(), "an older plan is left after a guard");
    assert!(ran.out.contains("**Failed**: could not save the plan") && ran.out.contains("1 to delete"), "{}", ran.out);
    assert!(ran.out.contains("**Stopped by 1 error**") && !ran.out.contains("Nothing to do"), "{}", ran.out);
}

#[test]
fn a_change_without_consent_is_held_back_in_every_format_and_the_rest_is_saved() {
    let (folder, console) = workspace();
    assert_eq!(console.run("apply --auto-approve").exit, 0);
    let held = TEAM.replace("status: active", "status: disabled").replace("spec: {}", "spec: {description: new}");
    std::fs::write(folder.path().join("m.yaml"), held).unwrap();
    let ran = console.run("plan --out plan.json --format json");
    let shown = document(&ran, "PlanOutput");
    assert_eq!((ran.exit, &shown["summary"]["held"], &shown["failure"]), (4, &1.into(), &Value::Null), "{}", ran.out);
    let rule = shown["diagnostics"].as_array().unwrap().iter().find(|found| found["severity"] == "error").unwrap();
    let rule = rule["rule"].as_str().unwrap().to_owned();
    assert!(folder.path().join("plan.json").exists(), "{}", ran.err);
    for line in ["plan --format markdown", "plan --format markdown --for bitbucket", "show plan.json --format markdown"]
    {
        let ran = console.run(line);
        let text = ran.out.replace("&#42;", "*");
        assert!(text.contains("**Held back by 1 error**: only the rest will be applied"), "{line}: {text}");
        assert!(text.contains("**1 to update** · **1 held back**") && text.contains(&rule), "{line}: {text}");
    }
    for format in ["sarif", "github", "gitlab", "junit"] {
        let ran = console.run(&format!("plan --format {format}"));
        assert!(ran.exit == 4 && ran.out.contains(&rule), "{format}: {}", ran.out);
    }
    let has_rule =
        |document: &Value| document["diagnostics"].as_array().unwrap().iter().any(|found| found["rule"] == *rule);
    // The counts are those of what will be applied.
    assert_eq!(console.run("plan --format gitlab-plan").out, "{\"create\":0,\"update\":1,\"delete\":0}\n");
    let ran = console.run("apply --auto-approve --format json");
    assert!(ran.exit == 4 && has_rule(&document(&ran, "OutcomeOutput")), "{}{}", ran.out, ran.err);
    let ran = console.run("apply --auto-approve --format json-stream");
    let ended: Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
    assert!(ran.exit == 4 && has_rule(&ended) && schema("ApplyEventOutput").is_valid(&ended), "{}", ran.out);
}

#[test]
fn files_of_others_and_links_stay() {
    let (folder, console) = workspace();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("notes.json"), "{\"kind\": \"notes\"}").unwrap();
    assert_eq!(console.run("plan --out real.json").exit, 0);
    symlink("real.json", at("link.json")).unwrap();
    std::fs::create_dir(at("folder.json")).unwrap();
    std::fs::write(at("m.yaml"), "nonsense").unwrap();
    for name in ["notes.json", "link.json", "folder.json", "missing/p.json"] {
        // Before anything else: the manifests are not even read.
        let ran = console.run(&format!("plan --out {name}"));
        assert_eq!(ran.exit, 1, "{name}: {}", ran.err);
        assert!(
            ran.err.starts_with("error: could not save the plan in ") && !ran.err.contains("m.yaml"),
            "{}",
            ran.err
        );
    }
    assert_eq!(std::fs::read_to_string(at("notes.json")).unwrap(), "{\"kind\": \"notes\"}");
    assert!(at("real.json").exists() && at("link.json").symlink_metadata().is_ok() && at("folder.json").is_dir());
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 5, "an unfinished file is left");
}

#[test]
fn a_saved_plan_can_be_standard_output() {
    let (folder, console) = workspace();
    let ran = console.run("plan --out -");
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(ran.err.contains("Plan: 4 to create"), "{}", ran.err);
    std::fs::write(folder.path().join("p.json"), &ran.out).unwrap();
    assert_eq!(console.run("show p.json --format gitlab-plan").out, "{\"create\":4,\"update\":0,\"delete\":0}\n");
    let applied = console.run("apply p.json");
    assert_eq!(applied.exit, 0, "{}", applied.err);
    assert_eq!(console.run("plan --out - --format json").exit, 64);
    assert_eq!(console.run("plan --format json --for gitlab").exit, 64);
}

#[test]
fn the_widget_never_shows_a_failure_as_a_plan_without_changes() {
    let (folder, console) = workspace();
    assert_eq!(console.run("plan --format gitlab-plan").out, "{\"create\":4,\"update\":0,\"delete\":0}\n");
    std::fs::write(folder.path().join("m.yaml"), "nonsense").unwrap();
    let ran = console.run("plan --format gitlab-plan");
    assert_eq!((ran.exit, &*ran.out), (3, "{\"error\":\"the manifests are invalid\"}\n"));
    std::fs::write(folder.path().join("m.yaml"), TEAM).unwrap();
    std::fs::create_dir_all(folder.path().join(".keywright/keywright.db")).unwrap();
    let ran = console.run("plan --format gitlab-plan");
    assert!(ran.exit == 1 && ran.out.starts_with("{\"error\":\"could not "), "{}", ran.out);
}

#[test]
fn a_comment_is_written_whatever_happens() {
    let (folder, console) = workspace();
    let plan = console.run("plan --format markdown");
    assert!(plan.exit == 0 && plan.out.contains("**4 to create**"), "{}{}", plan.out, plan.err);
    let later = Console { now: "2026-11-22T08:30:00Z".to_owned(), ..Console::new(console.folder.clone()) };
    assert_eq!(plan.out, later.run("plan --format markdown").out, "another comment at another time");
    let marker = plan.out.lines().next().unwrap();
    std::fs::write(folder.path().join("m.yaml"), TEAM.replace("email: alice@example.com, ", "")).unwrap();
    let invalid = console.run("plan --format markdown");
    assert_eq!((invalid.exit, invalid.out.lines().next().unwrap()), (3, marker));
    assert!(invalid.out.contains("**Stopped by 1 error**"), "{}", invalid.out);
    std::fs::write(folder.path().join("m.yaml"), TEAM).unwrap();
    std::fs::create_dir_all(folder.path().join(".keywright/keywright.db")).unwrap();
    let failed = console.run("plan --format markdown --for bitbucket");
    assert!(failed.exit == 1 && failed.out.contains("**Failed**: could not "), "{}", failed.out);
}

/// Every command, where it works and where it cannot.
const LINES: [&str; 44] = [
    "validate",
    "validate --workspace nowhere",
    "validate --workspace 'no*'",
    "validate -",
    "validate gone.yaml",
    "plan",
    "plan --out nowhere/p.json",
    "plan --trust nowhere",
    "plan --since nowhere",
    "plan --at soon",
    "plan --budget-calls 0",
    "plan --workspace '*'",
    "plan --out p.json",
    "show p.json",
    "show m.yaml",
    "show",
    "apply",
    "apply --auto-approve",
    "apply --approved p.json --auto-approve",
    "apply p.json --auto-approve",
    "rotate",
    "rotate key/production",
    "rotate key/production --auto-approve",
    "rotate key/none --auto-approve",
    "drift",
    "drift --adopt",
    "drift --workspace '*'",
    "drift --out nowhere/d.json",
    "drift --for github",
    "diff",
    "diff HEAD",
    "diff HEAD..HEAD",
    "diff a..b --workspace '*'",
    "diff --workspace '*' HEAD",
    "runs",
    "runs show",
    "runs show 1",
    "runs show 99",
    "runs --workspace '*'",
    "export",
    "export --out manifests-of-store",
    "export --nonsense",
    "emulator --listen 192.0.2.1:80",
    "emulator --listen nonsense",
];

/// What is wrong, and the settings with it.
fn troubles() -> [(&'static str, Option<String>); 5] {
    let settings =
        |spec: &str| format!("apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: w}}\nspec: {spec}\n");
    let down = "{stores: {cloudApiManagement: {url: 'http://127.0.0.1:9', area: a, credentials: {apiKey: {env: A}, apiSecret: {env: A}, username: {env: A}, password: {env: A}}}}}";
    [
        ("nothing", None),
        ("no YAML", Some("apiVersion: [".to_owned())),
        ("no such setting", Some(settings("{stors: 1}"))),
        ("no variable", Some(settings(down))),
        ("no server", Some(settings("{database: 'postgres://u@127.0.0.1:1/x'}"))),
    ]
}

/// Every command, with every kind of trouble: each document on standard output is one of the schema.
#[test]
fn every_command_prints_a_document_of_the_schema_whatever_happens() {
    let schema = schema("Output");
    for (trouble, text) in troubles() {
        let (folder, console) = workspace();
        if let Some(text) = text {
            std::fs::write(folder.path().join("keywright.yaml"), text).unwrap();
        }
        for line in LINES {
            let ran = console.run(&format!("{line} --format json"));
            let document: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| {
                panic!("{trouble}, {line}: exit {}: {error}: {}{}", ran.exit, ran.out, ran.err)
            });
            let errors: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{trouble}, {line}: exit {}: {errors:?}: {}", ran.exit, ran.out);
            if let Some(exit) = document["failure"]["exit"].as_u64().or(document["exit"].as_u64()) {
                assert_eq!(u64::from(ran.exit), exit, "{trouble}, {line}: {}", ran.out);
            }
        }
    }
}

#[test]
fn a_wrong_option_is_in_the_report_of_every_format() {
    let (_folder, console) = workspace();
    for format in ["sarif", "github", "gitlab", "junit", "gitlab-plan", "markdown", "json"] {
        for line in ["plan --nonsense --format FORMAT", "plan --format=FORMAT --prune=5"] {
            let ran = console.run(&line.replace("FORMAT", format));
            assert!(ran.exit == 64 && ran.out.contains("unexpected"), "{format}, {line}: {}{}", ran.out, ran.err);
            assert!(ran.err.contains("unexpected"), "{format}, {line}: {}", ran.err);
        }
    }
    // A format that does not exist has no document.
    for line in ["plan --format yaml", "plan --format yaml --nonsense", "validate --format markdown --nonsense"] {
        let ran = console.run(line);
        assert!(ran.exit == 64 && ran.err.contains("error"), "{line}: {}", ran.err);
        assert!(ran.out.is_empty() || line.contains("markdown"), "{line}: {}", ran.out);
    }
}

/// A full disk is named even if all of the output fits into one last write. The changes of an apply are made by then.
#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_named() {
    let (folder, _) = workspace();
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for line in ["validate", "apply --auto-approve --format json", "runs", "plan --format sarif", "--help", "--version"]
    {
        let output = crate::program::keywright()
            .args(line.split(' '))
            .current_dir(folder.path())
            .stdout(full())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}: {said}");
        assert!(said.contains("error: could not write the output: ") && said.contains("help: "), "{line}: {said}");
    }
}
