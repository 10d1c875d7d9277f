//! Files that a Git hook names, several workspaces in one run, and the marker of a comment about an early failure.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::console::Console;
use crate::team::TEAM;

const KEY: &str = "apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: k}
spec: {user: alice, application: checkout, package: payments, plan: gold, settings: {throttle: 9}, key: {generate: {prefix: fre_}}}
";

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn settings(name: &str, spec: &str) -> String {
    format!("apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: {name}}}\nspec: {spec}\n")
}

/// A workspace where a key alone is valid, and with its plan is not.
fn split() -> (tempfile::TempDir, Console) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "keywright.yaml", &settings("w", "{manifests: [team, keys]}"));
    let forbidding = TEAM.replace(
        "spec: {package: payments}",
        "spec: {package: payments, throttle: {perSecond: 5, keyOverride: false}}",
    );
    write(folder.path(), "team/a.yaml", &forbidding);
    write(folder.path(), "keys/k.yaml", KEY);
    let console = Console::new(folder.path().to_path_buf());
    (folder, console)
}

/// Two valid workspaces and a broken one between them.
fn three() -> (tempfile::TempDir, Console) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["amber", "blue", "red"] {
        write(folder.path(), &format!("teams/{name}/keywright.yaml"), &settings(name, "{}"));
        write(folder.path(), &format!("teams/{name}/a.yaml"), TEAM);
    }
    write(folder.path(), "teams/blue/a.yaml", &TEAM.replace("displayName", "displayNme"));
    write(folder.path(), "teams/notes/a.yaml", "no workspace");
    let console = Console::new(folder.path().to_path_buf());
    (folder, console)
}

#[test]
fn a_file_is_checked_within_its_workspace() {
    let (folder, console) = split();
    for line in
        ["validate keys/k.yaml", "validate keys", "validate keywright.yaml", "validate keys/k.yaml keywright.yaml"]
    {
        let ran = console.run(line);
        assert!(ran.exit == 3 && ran.out.contains("CAM-027"), "{line}: {}{}", ran.out, ran.err);
        assert!(!ran.out.contains("KW-009"), "{line}: {}", ran.out);
    }
    let below = Console::new(folder.path().join("keys"));
    assert_eq!(below.run("validate k.yaml").exit, 3);
    // What it names must be there, and declare something. This folder has no Git that knows a deleted file.
    let gone = console.run("validate keys/k.yaml keys/gone.yaml");
    assert!(gone.exit == 3 && gone.out.contains("could not read keys/gone.yaml"), "{}", gone.out);
    write(folder.path(), "keys/k.yaml", &KEY.replace("settings: {throttle: 9}, ", ""));
    let valid = console.run("validate keys/k.yaml keywright.yaml");
    assert!(valid.exit == 0 && valid.out.contains("Valid: 5 objects"), "{}{}", valid.out, valid.err);
    write(folder.path(), "keys/empty.yaml", "# nothing\n");
    assert_eq!(console.run("validate keys/empty.yaml").exit, 3);
}

#[test]
fn a_file_that_the_workspace_does_not_read_is_reported() {
    let (folder, console) = split();
    write(folder.path(), "keys/k.yaml", &KEY.replace("settings: {throttle: 9}, ", ""));
    write(folder.path(), "drafts/d.yaml", &KEY.replace("name: k", "name: draft"));
    for line in ["validate drafts/d.yaml", "validate drafts/d.yaml keys/k.yaml"] {
        let ran = console.run(line);
        assert!(ran.out.contains("drafts/d.yaml is not a manifest of the workspace"), "{line}: {}", ran.out);
        // Only with the workspace is it wrong.
        assert_eq!(ran.out.contains("CAM-027"), line.ends_with("k.yaml"), "{line}: {}", ran.out);
    }
}

#[test]
fn files_of_several_workspaces_are_checked_workspace_by_workspace() {
    let (_folder, console) = three();
    let ran = console.run("validate teams/red/a.yaml teams/blue/a.yaml teams/red/keywright.yaml");
    assert_eq!(ran.exit, 3, "{}{}", ran.out, ran.err);
    for line in [
        "==> teams/blue",
        "==> teams/red",
        "2 workspaces:",
        "  teams/blue  exit 3: invalid manifests",
        "  teams/red   exit 0: done",
    ] {
        assert!(ran.out.lines().any(|printed| printed == line), "{line}: {}", ran.out);
    }
    assert!(!ran.out.contains("amber"), "{}", ran.out);
    assert_eq!(console.run("validate teams/red/a.yaml teams/amber/a.yaml").exit, 0);
}

#[test]
fn a_broken_workspace_does_not_stop_the_others_and_the_worst_exit_code_counts() {
    let (folder, console) = three();
    let ran = console.run("apply --workspace 'teams/*' --auto-approve");
    assert_eq!(ran.exit, 3, "{}{}", ran.out, ran.err);
    for line in [
        "3 workspaces:",
        "  teams/amber  exit 0: done",
        "  teams/blue   exit 3: invalid manifests",
        "  teams/red    exit 0: done",
    ] {
        assert!(ran.out.lines().any(|printed| printed == line), "{line}: {}", ran.out);
    }
    assert!(!ran.out.contains("notes"), "{}", ran.out);
    let ran = console.run("plan --workspace 'teams/{amber,red}' --detailed-exitcode");
    assert!(ran.exit == 0 && ran.out.matches("Nothing to do").count() == 2, "{}{}", ran.out, ran.err);
    // More urgent than invalid manifests: what could not be done.
    fs::remove_dir_all(folder.path().join("teams/red/.keywright")).unwrap();
    write(folder.path(), "teams/red/.keywright", "in the way");
    let ran = console.run("plan --workspace 'teams/*'");
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
}

#[test]
fn several_workspaces_are_one_document_and_one_comment() {
    let (_folder, console) = three();
    let schema = |kind: &str| {
        let printed = console.run(&format!("schema {kind}")).out;
        jsonschema::validator_for(&serde_json::from_str(&printed).unwrap()).unwrap()
    };
    for command in ["validate", "plan", "apply --auto-approve"] {
        let ran = console.run(&format!("{command} --workspace 'teams/*' --format json"));
        let document: Value = serde_json::from_str(&ran.out).unwrap();
        assert!(schema("Output").is_valid(&document) && schema("WorkspacesOutput").is_valid(&document), "{}", ran.out);
        assert_eq!((ran.exit, document["exit"].as_u64()), (3, Some(3)), "{command}: {}", ran.err);
        let workspaces = document["workspaces"].as_array().unwrap();
        let names: Vec<&str> = workspaces.iter().map(|one| one["folder"].as_str().unwrap()).collect();
        assert_eq!(names, ["teams/amber", "teams/blue", "teams/red"]);
        for one in workspaces {
            assert!(schema("Output").is_valid(&one["document"]), "{command}: {one}");
        }
        assert_eq!(workspaces[1]["document"]["kind"], "diagnostics");
    }
    let line = "plan --workspace 'teams/*' --format markdown";
    let (first, second) = (console.run(line), console.run(line));
    assert_eq!((first.exit, &first.out), (3, &second.out));
    assert_eq!(first.out.matches("<!-- keywright").count(), 1, "{}", first.out);
    for text in ["| <code>teams/blue</code> | 3 | invalid manifests |", "### Plan for workspace amber", "KW-005"] {
        assert!(first.out.contains(text), "{text}: {}", first.out);
    }
}

#[test]
fn findings_of_several_workspaces_are_one_report() {
    let (folder, console) = three();
    fs::write(folder.path().join("teams/amber/keywright.yaml"), "apiVersion: [").unwrap();
    fs::create_dir_all(folder.path().join("teams/red/.keywright/keywright.db")).unwrap();
    for format in ["sarif", "github", "gitlab", "junit"] {
        let line = format!("plan --workspace 'teams/*' --format {format}");
        let (first, second) = (console.run(&line), console.run(&line));
        assert_eq!((first.exit, &first.out), (1, &second.out), "{format}: {}", first.err);
        for text in ["teams/amber/keywright.yaml", "teams/blue/a.yaml", "teams/red/keywright.yaml", "KW-005"] {
            assert!(first.out.contains(text), "{format}, {text}: {}", first.out);
        }
        assert!(first.err.contains("  teams/red    exit 1: failed"), "{format}: {}", first.err);
    }
    let findings: Value = serde_json::from_str(&console.run("plan --workspace 'teams/*' --format gitlab").out).unwrap();
    let findings = findings.as_array().unwrap();
    let prints: std::collections::BTreeSet<&str> =
        findings.iter().map(|one| one["fingerprint"].as_str().unwrap()).collect();
    assert_eq!((prints.len(), &findings[0]["check_name"]), (findings.len(), &"failed".into()), "{findings:?}");
}

#[test]
fn drift_compares_each_of_several_workspaces() {
    let (folder, console) = three();
    write(folder.path(), "teams/blue/a.yaml", TEAM);
    assert_eq!(console.run("apply --workspace 'teams/*' --auto-approve").exit, 0);
    let line = "drift --workspace 'teams/*'";
    assert_eq!(console.run(line).exit, 0);
    let database = rusqlite::Connection::open(folder.path().join("teams/blue/.keywright/keywright.db")).unwrap();
    let sql = "UPDATE users SET attributes = json_set(attributes, '$.displayName', 'Alicia')";
    assert_eq!(database.execute(sql, []).unwrap(), 1);
    drop(database);
    let ran = console.run(line);
    for line in [
        "==> teams/amber",
        "  teams/amber  exit 0: done",
        "  teams/blue   exit 2: changes",
        "  teams/red    exit 0: done",
    ] {
        assert!(ran.out.lines().any(|printed| printed == line), "{line}: {}", ran.out);
    }
    assert!(ran.exit == 2 && ran.out.contains("store Alicia · manifest Alice"), "{}", ran.out);
    let ran = console.run(&format!("{line} --format json"));
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let printed = console.run("schema Output").out;
    let schema = jsonschema::validator_for(&serde_json::from_str(&printed).unwrap()).unwrap();
    assert!(schema.is_valid(&document) && ran.exit == 2, "{}", ran.out);
    assert_eq!(document["workspaces"][1]["document"]["drifted"], true, "{}", ran.out);
    for format in ["markdown", "sarif", "github", "gitlab", "junit"] {
        let ran = console.run(&format!("{line} --format {format}"));
        assert!(ran.exit == 2 && ran.out.contains("Alicia"), "{format}: {}", ran.out);
        assert!(ran.out.contains("teams/blue"), "{format}: {}", ran.out);
    }
    // Each is adopted in its own manifests.
    let ran = console.run(&format!("{line} --adopt"));
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert!(fs::read_to_string(folder.path().join("teams/blue/a.yaml")).unwrap().contains("displayName: Alicia"));
    assert!(fs::read_to_string(folder.path().join("teams/red/a.yaml")).unwrap() == TEAM);
}

#[test]
fn what_belongs_to_one_workspace_is_refused_for_several() {
    let (folder, console) = three();
    // An older plan must not be taken for the result.
    assert_eq!(console.run("plan --workspace teams/red --out plan.json").exit, 0);
    assert!(folder.path().join("plan.json").exists());
    for (line, says) in [
        ("plan --workspace 'teams/*' --out plan.json", "a saved plan is of one workspace"),
        ("apply --workspace 'teams/*' --approved plan.json", "a saved plan is of one workspace"),
        ("plan --workspace 'teams/*' teams/red", "could not use PATH"),
        ("runs --workspace 'teams/*'", "this command takes one workspace"),
        ("drift --workspace 'teams/*' teams/red", "could not use PATH"),
        ("drift --workspace 'teams/*' --out drift.json", "its report is of one workspace"),
        ("plan --workspace 'teams/*' --format gitlab-plan", "could not use this format"),
    ] {
        let ran = console.run(line);
        assert!(ran.exit == 64 && ran.err.contains(says), "{line}: {} {}{}", ran.exit, ran.out, ran.err);
        assert!(ran.err.contains("help:"), "{line}: {}", ran.err);
        assert!(!folder.path().join("plan.json").exists(), "{line}");
    }
    let none = console.run("plan --workspace 'nowhere/*'");
    assert!(none.exit == 1 && none.err.contains("could not find a workspace that matches nowhere/*"), "{}", none.err);
}

#[test]
fn an_early_failure_of_several_workspaces_has_the_marker_of_their_pattern() {
    let (_folder, mut console) = three();
    let check = |console: &Console, option: &str, command: &str, mistake: &str| {
        let marker = format!("<!-- keywright {command} teams%2F_%2A_ -->");
        let line = format!("{command} {option} --format markdown {mistake}");
        let ran = console.run(&line);
        assert_eq!(ran.out.lines().next(), Some(marker.as_str()), "{line}: {}{}", ran.out, ran.err);
        assert!(mistake.is_empty() || ran.exit != 0 && ran.out.contains("**Failed**: "), "{line}: {}", ran.out);
    };
    let lines = [
        ("plan", ""),
        ("plan", "--trust nosuch"),
        ("plan", "--nonsense"),
        ("plan", "--out p.json"),
        ("plan", "teams/red"),
        ("diff", "--nonsense"),
        ("diff", "nosuch..HEAD"),
        ("drift", ""),
        ("drift", "--trust nosuch"),
        ("drift", "--nonsense"),
    ];
    for (command, mistake) in lines {
        check(&console, "--workspace 'teams/*'", command, mistake);
    }
    console.environment.insert("KEYWRIGHT_WORKSPACE".to_owned(), "teams/*".to_owned());
    for (command, mistake) in lines {
        check(&console, "", command, mistake);
    }
}

#[test]
fn an_early_failure_has_the_marker_of_its_workspace() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "keywright.yaml", &settings("payments", "{}"));
    write(folder.path(), "m.yaml", TEAM);
    let console = Console::new(folder.path().to_path_buf());
    let green = console.run("plan --format markdown").out;
    let marker = green.lines().next().unwrap().to_owned();
    assert_eq!(marker, "<!-- keywright plan payments -->");
    for line in [
        "plan --format markdown --nonsense",
        "plan --format=markdown --prune=5",
        "plan --format markdown --out missing/plan.json",
        "plan --format markdown --trust origin/main",
        "plan --format markdown --at 2027-01-01",
        "plan --format markdown --since gone",
    ] {
        let ran = console.run(line);
        assert_ne!(ran.exit, 0, "{line}");
        assert_eq!(ran.out.lines().next(), Some(marker.as_str()), "{line}: {}", ran.out);
        assert!(ran.out.contains("**Failed**: "), "{line}: {}", ran.out);
    }
    // Also of the workspace of PATH, and of settings that cannot be read.
    let above = Console::new(folder.path().parent().unwrap().to_path_buf());
    let below = folder.path().file_name().unwrap().to_str().unwrap();
    for line in [
        "plan PATH --nonsense",
        "plan -f PATH --prune=5",
        "plan PATH/m.yaml --prune=5",
        "drift PATH --nonsense",
        "drift PATH --out /nowhere/x",
    ] {
        let ran = above.run(&format!("{} --format markdown", line.replace("PATH", below)));
        let marker = marker.replace("plan", line.split(' ').next().unwrap());
        assert_eq!(ran.out.lines().next(), Some(marker.as_str()), "{line}: {}", ran.out);
    }
    for broken in [
        "metadata: {name: payments}\nspec: [",
        "metadata:\n  name: \"payments\"  # us\nspec: {stors: 1}",
        "metadata: {name: payments}\nspec: {a: 1, a: 2}\n",
    ] {
        write(folder.path(), "keywright.yaml", &format!("apiVersion: keywright.dev/v1\nkind: Workspace\n{broken}"));
        for line in ["plan --format markdown", "plan --format markdown --nonsense"] {
            let ran = console.run(line);
            assert!(ran.exit == 3 || ran.exit == 64, "{broken}, {line}: {}", ran.err);
            assert_eq!(ran.out.lines().next(), Some(marker.as_str()), "{broken}, {line}: {}", ran.out);
        }
    }
    write(folder.path(), "keywright.yaml", &settings("payments", "{}"));
    let diff = console.run("diff nowhere..HEAD --format markdown");
    assert_eq!(diff.out.lines().next(), Some("<!-- keywright diff payments -->"), "{}", diff.out);
}

/// A pull request that deletes a workspace does not hide it.
#[test]
fn workspaces_of_the_trusted_revision_count() {
    let (folder, console) = three();
    let git = |line: &str| crate::trust::repository::git(folder.path(), line);
    git("init --quiet --initial-branch main");
    git("add --all");
    git("-c user.name=a -c user.email=a@example.com commit --quiet --message all");
    fs::remove_dir_all(folder.path().join("teams/red")).unwrap();
    for command in ["validate", "plan", "drift", "apply --auto-approve"] {
        let ran = console.run(&format!("{command} --workspace 'teams/*' --trust main"));
        assert!(ran.out.lines().any(|line| line.starts_with("  teams/red ") && line.contains("exit 0")), "{}", ran.out);
        let all = format!("{}{}", ran.out, ran.err);
        assert!(
            all.contains("warning[KW-138]: the checkout deletes the workspace red in teams/red"),
            "{command}: {all}"
        );
        assert!(ran.exit == 3 && !all.contains("not a folder"), "{command}: {all}");
    }
    for format in ["json", "markdown", "sarif", "github", "gitlab", "junit"] {
        let ran = console.run(&format!("plan --workspace 'teams/*' --trust main --format {format}"));
        assert!(ran.exit == 3 && ran.out.contains("deletes the workspace red"), "{format}: {}", ran.out);
    }
    // Its own settings may forbid it, and those of the checkout do not count.
    git("checkout --quiet .");
    write(folder.path(), "teams/red/keywright.yaml", &settings("red", "{rules: {KW-138: error}}"));
    git("-c user.name=a -c user.email=a@example.com commit --quiet --all --message strict");
    fs::remove_dir_all(folder.path().join("teams/red")).unwrap();
    let ran = console.run("plan --workspace 'teams/{amber,red}' --trust main");
    assert!(ran.exit == 3 && ran.err.contains("error[KW-138]"), "{}{}", ran.out, ran.err);
    // A database that Git ignores may be left, and manifests may: without settings, the pattern leaves them out.
    write(folder.path(), "teams/red/.keywright/keywright.db", "left");
    assert!(console.run("plan --workspace 'teams/{amber,red}' --trust main").err.contains("error[KW-138]"));
    write(folder.path(), "teams/red/a.yaml", TEAM);
    fs::remove_dir_all(folder.path().join("teams/red/.keywright")).unwrap();
    for command in ["validate", "plan", "drift"] {
        let ran = console.run(&format!("{command} --workspace 'teams/{{amber,red}}' --trust main"));
        let all = format!("{}{}", ran.out, ran.err);
        let only = "error[KW-138]: the checkout deletes the settings of the workspace red in teams/red";
        assert!(ran.exit == 3 && all.contains(only), "{command}: {all}");
    }
}

/// A matrix of jobs, each for one folder, may have one for a workspace that the pull request deletes.
#[test]
fn a_job_for_a_deleted_workspace_says_that_it_is_gone() {
    let (folder, console) = three();
    let git = |line: &str| crate::trust::repository::git(folder.path(), line);
    git("init --quiet --initial-branch main");
    git("add --all");
    git("-c user.name=a -c user.email=a@example.com commit --quiet --message all");
    fs::remove_dir_all(folder.path().join("teams/red")).unwrap();
    for has_folder in [false, true] {
        if has_folder {
            write(folder.path(), "teams/red/.keywright/keywright.db", "left");
        }
        for command in ["validate", "plan", "drift", "apply --auto-approve"] {
            let ran = console.run(&format!("{command} --workspace teams/red --trust main"));
            let all = format!("{}{}", ran.out, ran.err);
            let deleted = "warning[KW-138]: the checkout deletes the workspace red in teams/red";
            assert!(ran.exit == 0 && all.contains(deleted), "{command}: {all}");
        }
        let ran = console.run("plan --workspace teams/red --trust main --format markdown");
        let marker = "<!-- keywright plan red -->";
        assert_eq!((ran.exit, ran.out.lines().next()), (0, Some(marker)), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("KW-138"), "{}", ran.out);
        // A saved plan would be missing, which is no success.
        assert_ne!(console.run("plan --workspace teams/red --trust main --out plan.json").exit, 0);
        assert_ne!(console.run("plan --workspace teams/rde --trust main").exit, 0);
    }
}

/// What a pull request adds or moves has no trusted settings, and the other workspaces go on.
#[test]
fn a_workspace_that_the_trusted_revision_does_not_have_is_named() {
    let (folder, console) = three();
    write(folder.path(), "teams/blue/a.yaml", TEAM);
    let git = |line: &str| crate::trust::repository::git(folder.path(), line);
    let guards = "{guards: {deletes: {count: 5}}}";
    write(folder.path(), "teams/red/keywright.yaml", &settings("red", guards));
    git("init --quiet --initial-branch main");
    git("add --all");
    git("-c user.name=a -c user.email=a@example.com commit --quiet --message all");
    git("mv teams/red teams/crimson");
    write(folder.path(), "teams/new/keywright.yaml", &settings("other", "{guards: {deletes: {count: 500}}}"));
    write(folder.path(), "teams/new/a.yaml", TEAM);
    let line = "plan --workspace 'teams/*' --trust main";
    let ran = console.run(line);
    assert!(ran.exit == 0 && ran.out.contains("4 workspaces:"), "{}{}", ran.out, ran.err);
    for text in [
        "warning[KW-158]: main (",
        "has no teams/new/keywright.yaml, so this run uses the default settings",
        "`keywright diff main --workspace teams/new` shows it",
        "`spec.guards.deletes.count`: 10 → 500 takes effect after the merge",
        "has no teams/crimson/keywright.yaml",
        "warning[KW-138]: the checkout moves the workspace red from teams/red to teams/crimson",
    ] {
        assert!(ran.err.contains(text), "{text}: {}", ran.err);
    }
    // It is compared with itself, and not with settings that no version has.
    for text in ["metadata.name", "uses the settings of", "10 → 5 ", "5 → 10 "] {
        assert!(!ran.err.contains(text), "{text}: {}", ran.err);
    }
    let shown = console.run("diff main --workspace teams/new");
    assert!(shown.exit == 0 && shown.out.contains("user/alice"), "{}{}", shown.out, shown.err);
    // If it names a store, the plan would be for another one.
    let stores = "{stores: {managedFileTransfer: {url: 'http://127.0.0.1:9', credentials: {apiKey: {env: KEYWRIGHT_K}}, operations: {list: GET /k}}}}";
    for spec in [stores, "{database: 'sqlite:other.db'}"] {
        write(folder.path(), "teams/new/keywright.yaml", &settings("other", spec));
        for command in ["plan", "drift", "apply --auto-approve"] {
            let ran = console.run(&format!("{command} --workspace 'teams/*' --trust main"));
            let line = "  teams/new      exit 4: changes held back";
            assert!(ran.out.lines().any(|printed| printed == line), "{command}, {spec}: {}{}", ran.out, ran.err);
            assert!(
                ran.err.contains("does not have this workspace, so the stores that it names are not trusted"),
                "{}",
                ran.err
            );
            assert!(ran.out.contains("  teams/amber    exit "), "{}", ran.out);
        }
        assert_eq!(console.run("validate --workspace teams/new --trust main").exit, 0);
        assert_eq!(console.run("export --workspace teams/new --trust main").exit, 4);
        let ran = console.run("plan --workspace teams/new --trust main --format markdown");
        assert!(ran.exit == 4 && ran.out.contains("**Failed**") && ran.out.contains("KW-158"), "{}", ran.out);
    }
    assert!(!folder.path().join("teams/new/.keywright").exists() && !folder.path().join("teams/new/other.db").exists());
}
