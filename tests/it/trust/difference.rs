//! `keywright diff`: what a branch changes, from Git alone.

use std::os::unix::fs::symlink;

use serde_json::Value;

use super::repository::PACKAGE;
use super::repository::Repository;
use super::repository::SETTINGS;
use crate::console::Ran;
use crate::team::TEAM;

const KEY: &str = "apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout}
spec:
  {user: alice, application: checkout, package: payments, plan: gold,
   key: {custom: {value: fake-value-00000000000000}}, settings: {status: active}}
";

/// `main` has a team with a key, and the branch `change` one more object, one less, and some other fields.
fn changed() -> Repository {
    let team = Repository::new();
    let main = format!("{TEAM}---\n{KEY}---\n{}", PACKAGE.replace("payments", "old"));
    team.git("checkout -q main");
    team.git("rm -q payments.yaml");
    team.write("m/team.yaml", &main);
    team.commit();
    team.git("update-ref refs/remotes/origin/main HEAD");
    team.git("checkout -q -B change");
    let branch = main
        .replace("fake-value-00000000000000", "fake-value-11111111111111")
        .replace("displayName: Alice", "displayName: Alicia")
        .replace(
            "metadata: {name: gold}\nspec: {package: payments}",
            "metadata: {name: silver, previously: [gold]}\nspec: {package: payments, description: S}",
        )
        .replace("plan: gold", "plan: silver")
        .replace(&PACKAGE.replace("payments", "old"), &PACKAGE.replace("payments", "new"));
    team.write("m/team.yaml", &format!("# A line that moves all others.\n{branch}"));
    team.write("keywright.yaml", &SETTINGS.replace("count: 5", "count: 500"));
    team.commit();
    team
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
}

fn edits(document: &Value) -> Vec<String> {
    let change = |change: &Value| {
        let fields = change["fields"].as_array().unwrap().iter().map(|field| field["field"].as_str().unwrap());
        let fields: Vec<&str> = fields.collect();
        format!("{} {} [{}]", change["edit"].as_str().unwrap(), change["address"].as_str().unwrap(), fields.join(" "))
    };
    document["changes"].as_array().unwrap().iter().map(change).collect()
}

#[test]
fn a_branch_shows_what_it_changes() {
    let team = changed();
    let ran = team.run("diff origin/main..HEAD --format json");
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let document = json(&ran);
    assert_eq!(
        edits(&document),
        [
            "added package/new [description]",
            "removed package/old [description]",
            "changed plan/payments/silver [name metadata.previously description]",
            "changed user/alice [displayName]",
            "changed key/checkout [plan key]",
        ]
    );
    let settings = &document["settings"][0];
    assert_eq!((&settings["field"], &settings["effect"]), (&"spec.guards.deletes.count".into(), &"weaker".into()));
    assert_eq!(document["diagnostics"][0]["rule"], "KW-060", "{}", ran.out);
    let line = document["changes"][0]["line"].as_u64().unwrap();
    let text = std::fs::read_to_string(team.root().join("m/team.yaml")).unwrap();
    assert!(text.lines().nth(usize::try_from(line).unwrap() - 1).unwrap().contains("name: new"), "line {line}");
    // The value is compared and never shown.
    assert!(ran.out.contains("custom, from the manifest (changed)") && !ran.out.contains("fake-value"), "{}", ran.out);
    for format in ["text", "markdown", "sarif", "github", "gitlab", "junit"] {
        let ran = team.run(&format!("diff origin/main..HEAD --format {format}"));
        let again = team.run(&format!("diff origin/main..HEAD --format {format}"));
        assert_eq!((ran.exit, &ran.out), (0, &again.out), "{format}: {}", ran.err);
        assert!(!ran.out.contains("fake-value") && !ran.err.contains("fake-value"), "{format}: {}{}", ran.out, ran.err);
        assert!(format!("{}{}", ran.out, ran.err).contains("KW-060"), "{format}: {}{}", ran.out, ran.err);
    }
    let text = team.run("diff origin/main..HEAD").out;
    assert!(text.contains("1 added, 3 changed, 1 removed · 1 setting changed"), "{text}");
}

#[test]
fn a_removal_differs_from_a_manifest_that_is_gone() {
    let team = changed();
    team.git("tag before");
    let text = std::fs::read_to_string(team.root().join("m/team.yaml")).unwrap();
    let kept =
        text.split("---\n").filter(|text| !text.contains("kind: PackageKey") && !text.contains("name: checkout"));
    let kept: Vec<&str> = kept.filter(|text| !text.contains("name: new}")).collect();
    let removed = "apiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: checkout, removed: true}\nspec: {user: alice}\n";
    team.write("m/team.yaml", &format!("{}---\n{removed}", kept.join("---\n")));
    team.commit();
    let ran = team.run("diff before..HEAD --format json");
    let document = json(&ran);
    assert_eq!(
        edits(&document),
        [
            "removed package/new [description]",
            "removed application/alice/checkout [metadata.removed]",
            "removed key/checkout [application package plan settings.status key]",
        ],
        "{}",
        ran.err
    );
    let text = team.run("diff before..HEAD").out;
    assert_eq!(text.matches("reason: no longer declared").count(), 2, "{text}");
    assert_eq!(text.matches("reason: removed: true takes it out of the store").count(), 1, "{text}");
    let comment = team.run("diff before..HEAD --format markdown").out;
    assert!(comment.contains("takes it out of the store"), "{comment}");
    // A removal that nobody needs any more, and one that is taken back.
    team.git("tag removed");
    team.write("m/team.yaml", &kept.join("---\n"));
    team.commit();
    assert_eq!(
        edits(&json(&team.run("diff removed..HEAD --format json"))),
        ["changed application/alice/checkout [metadata.removed]"]
    );
    assert_eq!(
        edits(&json(&team.run("diff removed..before --format json")))[1],
        "added application/alice/checkout [metadata.removed]"
    );
}

#[test]
fn ranges_are_those_of_git() {
    let team = changed();
    // main moves on; that is no change of the branch.
    team.git("checkout -q main");
    team.write("later.yaml", &PACKAGE.replace("payments", "later"));
    team.commit();
    team.git("checkout -q change");
    let of = |line: &str| edits(&json(&team.run(line)));
    let parted = of("diff main...change --format json");
    assert_eq!(parted.len(), 5, "{parted:?}");
    let direct = of("diff main..change --format json");
    assert!(direct.contains(&"removed package/later [description]".to_owned()), "{direct:?}");
    // Against the checkout, with what is not committed.
    team.write("more.yaml", &PACKAGE.replace("payments", "more"));
    let checkout = of("diff HEAD --format json");
    assert_eq!(checkout, ["added package/more [description]"]);
    assert_eq!(of("diff HEAD..HEAD --format json"), [""; 0]);
    assert_eq!(team.run("diff HEAD --detailed-exitcode").exit, 2);
    assert_eq!(team.run("diff HEAD.. --detailed-exitcode").exit, 0);
    let ran = team.run("diff nowhere..HEAD --format json");
    assert_eq!((ran.exit, json(&ran)["kind"].as_str()), (1, Some("failure")), "{}", ran.out);
}

#[test]
fn only_new_findings_are_shown_and_errors_always() {
    let team = changed();
    team.git("tag before");
    let warned =
        KEY.replace("fake-value-00000000000000", "fake-value-22222222222222").replace("name: checkout}", "name: two}");
    team.write("two.yaml", &warned);
    team.commit();
    let found = |line: &str| {
        let document = json(&team.run(line));
        let rules = document["diagnostics"].as_array().unwrap().iter();
        rules
            .map(|found| format!("{} {}", found["rule"].as_str().unwrap(), found["file"].as_str().unwrap_or("")))
            .collect::<Vec<_>>()
    };
    // CAM-043 about the first key is in both versions, at other lines. The new key names a plan that is renamed.
    assert_eq!(found("diff before..HEAD --format json"), ["KW-024 two.yaml", "CAM-043 two.yaml"]);
    assert_eq!(found("diff HEAD..HEAD --format json"), [""; 0]);
}

#[test]
fn errors_of_the_branch_stop_it() {
    let team = changed();
    team.write("bad.yaml", "apiVersion: keywright.dev/v1\nkind: Usr\n");
    team.commit();
    let ran = team.run("diff origin/main..HEAD --format json");
    let document = json(&ran);
    assert_eq!((ran.exit, &document["comparable"]), (3, &Value::Bool(false)));
    assert!(document["diagnostics"].as_array().unwrap().iter().any(|found| found["file"] == "bad.yaml"), "{}", ran.out);
    // What the base had already is not new for the next branch, but it is said.
    let ran = team.run("diff HEAD..HEAD --format github");
    assert!(ran.exit == 3 && ran.out.contains("file=bad.yaml"), "{}", ran.out);
}

/// A pull request of a stranger: nothing of the checkout is opened, no program runs, and no credential is read.
#[test]
fn nothing_outside_git_is_touched() {
    let team = changed();
    let canary = team.outside().join("canary");
    std::fs::write(&canary, "fake-canary: [\n").unwrap();
    team.write(
        "more.yaml",
        &KEY.replace("name: checkout}", "name: more}")
            .replace("{value: fake-value-00000000000000}", "{command: [touch, ../ran]}")
            .replace("settings:", "deliver: [{file: secrets/x.env, as: X}], settings:"),
    );
    team.write("third.yaml", &PACKAGE.replace("payments", "third"));
    symlink(&canary, team.root().join("link.yaml")).unwrap();
    team.commit();
    let expected = team.run("diff origin/main..HEAD --format json");
    // The link is named and not followed.
    assert!(
        expected.exit == 3 && expected.out.contains("link.yaml") && !expected.out.contains("fake-canary"),
        "{}",
        expected.out
    );
    team.git("rm -q link.yaml");
    team.commit();
    let ran = team.run("diff origin/main..HEAD --format json");
    assert!(!team.outside().join("ran").exists() && !team.root().join("secrets").exists());
    assert!(!team.root().join(".keywright").exists(), "a database was made");
    // The same without a checkout.
    std::fs::remove_dir_all(team.root().join("m")).unwrap();
    std::fs::remove_file(team.root().join("third.yaml")).unwrap();
    assert_eq!(team.run("diff origin/main..HEAD --format json").out, ran.out);
    assert_eq!(std::fs::read_dir(team.root()).unwrap().count(), 3, "a file was made");
}

#[test]
fn ten_thousand_changes_fit() {
    let team = Repository::new();
    let many: Vec<String> =
        (0..10_000).map(|number| PACKAGE.replace("payments", &format!("package-{number}"))).collect();
    team.write("many.yaml", &many.join("---\n"));
    team.commit();
    let document = json(&team.run("diff origin/main..HEAD --format json"));
    assert_eq!(
        (&document["summary"]["added"], document["changes"].as_array().unwrap().len()),
        (&10_000.into(), 10_000)
    );
    for (host, longest) in [("github", 65_536), ("gitlab", 1_000_000), ("bitbucket", 32_768)] {
        let ran = team.run(&format!("diff origin/main..HEAD --format markdown --for {host}"));
        assert!(ran.out.chars().count() <= longest && ran.out.contains("10000 added"), "{host}: {}", ran.out.len());
        assert!(ran.out.contains(" more; "), "{host}: no count");
    }
}

#[test]
fn a_workspace_in_a_folder_is_read_as_the_checkout_would() {
    let team = Repository::new();
    team.write("pay/keywright.yaml", &SETTINGS.replace("spec:", "spec:\n  manifests: [a, b.yaml]"));
    team.write("pay/a/x.yaml", &PACKAGE.replace("payments", "in-folder"));
    team.write("pay/a/.hidden/x.yaml", &PACKAGE.replace("payments", "hidden"));
    team.write("pay/a/notes.txt", "no manifest");
    team.write("pay/b.yaml", &PACKAGE.replace("payments", "in-file"));
    team.write("pay/c.yaml", &PACKAGE.replace("payments", "not-listed"));
    team.commit();
    let document = json(&team.run("diff origin/main..HEAD --workspace pay --format json"));
    // The base has no such folder.
    assert_eq!(edits(&document), ["added package/in-file [description]", "added package/in-folder [description]"]);
    team.git("checkout -q -b next");
    team.write("pay/a/y.yaml", &PACKAGE.replace("payments", "next"));
    team.commit();
    let document = json(&team.run("diff change..next --workspace pay --format json"));
    assert_eq!(edits(&document), ["added package/next [description]"], "{document}");
    assert_eq!(document["changes"][0]["file"], "pay/a/y.yaml");
}
