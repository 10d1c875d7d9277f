//! `keywright diff` of workspaces that a branch deletes, adds or moves.

use serde_json::Value;

use super::repository::PACKAGE;
use super::repository::Repository;
use crate::console::Ran;

fn settings(name: &str, spec: &str) -> String {
    format!("apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: {name}}}\nspec: {spec}\n")
}

fn package(name: &str) -> String {
    PACKAGE.replace("payments", name)
}

/// `main` has the workspaces `teams/blue` and `teams/red`; the branch `change` is checked out.
fn teams() -> Repository {
    let teams = Repository::new();
    teams.git("checkout -q main");
    teams.git("rm -q keywright.yaml payments.yaml");
    for name in ["blue", "red"] {
        teams.write(&format!("teams/{name}/keywright.yaml"), &settings(name, "{}"));
        teams.write(
            &format!("teams/{name}/a.yaml"),
            &format!("{}---\n{}", package(name), package(&format!("{name}-2"))),
        );
    }
    teams.commit();
    teams.git("update-ref refs/remotes/origin/main HEAD");
    teams.git("checkout -q -B change");
    teams
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
}

fn edits(document: &Value) -> Vec<String> {
    let word = |change: &Value, field: &str| change[field].as_str().unwrap().to_owned();
    let changes = document["changes"].as_array().unwrap().iter();
    changes.map(|change| format!("{} {}", word(change, "edit"), word(change, "address"))).collect()
}

fn messages(document: &Value) -> String {
    let found = document["diagnostics"].as_array().unwrap().iter();
    found
        .map(|found| format!("{}: {}\n", found["rule"].as_str().unwrap(), found["message"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_deleted_workspace_shows_all_removals() {
    let teams = teams();
    teams.git("rm -q -r teams/red");
    teams.commit();
    // With its folder in the checkout, without it, and against the checkout itself.
    for (line, has_folder) in [
        ("diff origin/main..HEAD --workspace teams/red", false),
        ("diff origin/main..HEAD --workspace teams/red", true),
        ("diff origin/main --workspace teams/red", false),
        ("diff origin/main --workspace teams/red", true),
    ] {
        let folder = teams.root().join("teams/red");
        if has_folder {
            std::fs::create_dir_all(folder).unwrap();
        } else {
            let _ = std::fs::remove_dir(folder);
        }
        let ran = teams.run(&format!("{line} --format json"));
        let document = json(&ran);
        assert_eq!(edits(&document), ["removed package/red", "removed package/red-2"], "{line}: {}", ran.err);
        assert_eq!((ran.exit, &document["workspace"]), (0, &"red".into()), "{line}: {}", ran.out);
        let said = messages(&document);
        assert!(said.contains("KW-138") && said.contains("deletes the workspace red in teams/red"), "{line}: {said}");
        assert!(!said.contains("KW-011"), "{line}: {said}");
        assert_eq!(teams.run(&format!("{line} --detailed-exitcode")).exit, 2, "{line}");
    }
    let comment = teams.run("diff origin/main..HEAD --workspace teams/red --format markdown").out;
    assert!(comment.starts_with("<!-- keywright diff red -->\n") && comment.contains("2 removed"), "{comment}");
    // The other way round, it is added.
    let ran = teams.run("diff HEAD..origin/main --workspace teams/red --format json");
    assert_eq!(edits(&json(&ran)), ["added package/red", "added package/red-2"], "{}", ran.err);
    assert!(ran.exit == 0 && !ran.out.contains("KW-138"), "{}", ran.out);
}

#[test]
fn a_branch_that_deletes_only_the_manifests_shows_the_removals_and_is_an_error() {
    let teams = teams();
    teams.git("rm -q teams/red/a.yaml");
    teams.commit();
    let ran = teams.run("diff origin/main..HEAD --workspace teams/red --format json");
    let document = json(&ran);
    assert_eq!(edits(&document), ["removed package/red", "removed package/red-2"], "{}", ran.err);
    assert!(ran.exit == 3 && messages(&document).contains("KW-011"), "{}", ran.out);
    assert!(!messages(&document).contains("KW-138"), "{}", ran.out);
    // A folder that was never a workspace is no deleted one.
    let ran = teams.run("diff origin/main..HEAD --workspace tems/red --format json");
    assert!(ran.exit == 3 && messages(&json(&ran)).contains("KW-011"), "{}", ran.out);
}

#[test]
fn a_branch_that_deletes_only_the_settings_is_named() {
    let teams = teams();
    teams.write("teams/red/keywright.yaml", &settings("crimson", "{rules: {KW-138: error}}"));
    teams.commit();
    teams.git("update-ref refs/remotes/origin/main HEAD");
    teams.git("rm -q teams/red/keywright.yaml");
    teams.commit();
    for (line, exit) in [
        ("diff origin/main..HEAD --workspace teams/red", 3),
        ("diff origin/main --workspace teams/red", 3),
        ("diff origin/main..HEAD --workspace 'teams/*'", 3),
        ("diff HEAD..origin/main --workspace teams/red", 0),
    ] {
        let ran = teams.run(line);
        let only = "deletes the settings of the workspace crimson in teams/red";
        assert_eq!((ran.exit, ran.err.contains(only)), (exit, exit == 3), "{line}: {}{}", ran.out, ran.err);
    }
    let comment = teams.run("diff origin/main..HEAD --workspace teams/red --format markdown").out;
    assert!(comment.starts_with("<!-- keywright diff crimson -->\n"), "{comment}");
}

#[test]
fn a_moved_workspace_is_named_relative_to_the_repository() {
    let teams = teams();
    teams.git("mv teams/red teams/crimson");
    let inside = crate::console::Console::new(teams.root().join("teams/crimson"));
    for line in ["diff origin/main", "plan --trust origin/main"] {
        let ran = inside.run(line);
        let moved = "moves the workspace red from teams/red to teams/crimson";
        assert!(ran.err.contains(moved), "{line}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn a_moved_workspace_is_compared_with_itself() {
    let teams = teams();
    teams.git("mv teams/red teams/crimson");
    teams.write("teams/crimson/b.yaml", &package("red-3"));
    teams.commit();
    let check = |when: &str| {
        for (folder, range) in ["teams/red", "teams/crimson"]
            .into_iter()
            .flat_map(|folder| ["origin/main..HEAD", "origin/main"].map(|range| (folder, range)))
        {
            // Only the checkout has it.
            if when != "committed" && range == "origin/main..HEAD" {
                continue;
            }
            let ran = teams.run(&format!("diff {range} --workspace {folder} --format json"));
            let document = json(&ran);
            assert_eq!(edits(&document), ["added package/red-3"], "{when}, {folder}, {range}: {}", ran.err);
            assert!(document["settings"].as_array().unwrap().is_empty(), "{when}, {folder}, {range}: {}", ran.out);
            let said = messages(&document);
            let moved = "moves the workspace red from teams/red to teams/crimson";
            assert!(said.contains(moved), "{when}, {folder}, {range}: {said}");
            let has_help = ran.out.contains(".keywright/keywright.db is not in Git");
            assert!(ran.exit == 0 && has_help, "{when}, {folder}, {range}: {}", ran.out);
        }
    };
    check("committed");
    // In the folder, with files that Git ignores in the old one; and before the move is staged.
    let inside = crate::console::Console::new(teams.root().join("teams/crimson"));
    assert!(inside.run("diff origin/main").err.contains("KW-138"));
    teams.write("teams/red/.keywright/keywright.db", "left");
    check("committed");
    teams.git("reset -q --soft origin/main");
    teams.git("reset -q");
    check("not staged");
    assert!(teams.run("diff origin/main --workspace 'teams/*'").out.contains("2 workspaces:"));
    teams.git("add -A");
    check("staged");
    teams.commit();
    std::fs::remove_dir_all(teams.root().join("teams/red")).unwrap();
    teams.git("rm -q -r --cached --ignore-unmatch teams/red");
    // The branch cannot switch the finding off, and hides no removal behind a name.
    teams.write("teams/crimson/keywright.yaml", &settings("red", "{rules: {KW-138: 'off'}}"));
    teams.write("teams/crimson/a.yaml", &package("red"));
    teams.commit();
    let document = json(&teams.run("diff origin/main..HEAD --workspace teams/red --format json"));
    assert_eq!(edits(&document), ["removed package/red-2", "added package/red-3"]);
    assert!(messages(&document).contains("KW-138"), "{document}");
}

#[test]
fn several_workspaces_of_both_revisions_are_one_result() {
    let teams = teams();
    teams.git("mv teams/red teams/crimson");
    teams.git("rm -q -r teams/blue");
    teams.write("teams/amber/keywright.yaml", &settings("amber", "{}"));
    teams.write("teams/amber/a.yaml", &package("amber"));
    teams.commit();
    let pattern = "--workspace 'teams/*'";
    let ran = teams.run(&format!("diff origin/main..HEAD {pattern} --detailed-exitcode"));
    for line in [
        "3 workspaces:",
        "  teams/amber    exit 2: changes",
        "  teams/blue     exit 2: changes",
        "  teams/crimson  exit 0: done",
    ] {
        assert!(ran.out.lines().any(|printed| printed == line), "{line}: {}{}", ran.out, ran.err);
    }
    assert_eq!(ran.exit, 2);
    let ran = teams.run(&format!("diff origin/main..HEAD {pattern} --format json"));
    let document = json(&ran);
    let each: Vec<(&str, Vec<String>)> = document["workspaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["folder"].as_str().unwrap(), edits(&one["document"])))
        .collect();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        each,
        [
            ("teams/amber", words(&["added package/amber"])),
            ("teams/blue", words(&["removed package/blue", "removed package/blue-2"])),
            ("teams/crimson", words(&[])),
        ]
    );
    let schema = teams.run("schema Output").out;
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    assert!(schema.is_valid(&document), "{}", ran.out);
    for format in ["markdown", "sarif", "github", "gitlab", "junit"] {
        let line = format!("diff origin/main..HEAD {pattern} --format {format}");
        let (first, second) = (teams.run(&line), teams.run(&line));
        assert_eq!((first.exit, &first.out), (0, &second.out), "{format}: {}", first.err);
        assert!(first.out.contains("KW-138"), "{format}: {}", first.out);
    }
    let findings: Value =
        serde_json::from_str(&teams.run(&format!("diff origin/main..HEAD {pattern} --format gitlab")).out).unwrap();
    let places: Vec<&str> =
        findings.as_array().unwrap().iter().map(|one| one["location"]["path"].as_str().unwrap()).collect();
    assert_eq!(places, ["teams/blue/keywright.yaml", "teams/crimson/keywright.yaml"]);
    // Against the checkout, where a new folder is not committed yet.
    teams.write("teams/green/keywright.yaml", &settings("green", "{}"));
    teams.write("teams/green/a.yaml", &package("green"));
    let ran = teams.run(&format!("diff HEAD {pattern} --format json"));
    assert!(ran.exit == 0 && ran.out.contains("package/green"), "{}{}", ran.out, ran.err);
    let ran = teams.run("diff origin/main..HEAD --workspace 'nowhere/*'");
    assert!(ran.exit == 1 && ran.err.contains("could not find a workspace that matches nowhere/*"), "{}", ran.err);
}

#[test]
fn histories_without_a_common_commit_can_be_compared_as_they_are() {
    let teams = teams();
    teams.git("checkout -q --orphan other");
    teams.commit();
    let ran = teams.run("diff origin/main...other --workspace teams/red");
    assert!(ran.exit == 1 && !ran.err.contains("--unshallow"), "{}", ran.err);
    assert!(ran.err.contains("`keywright diff origin/main..other`"), "{}", ran.err);
    assert_eq!(teams.run("diff origin/main..other --workspace teams/red").exit, 0);
}
