//! `apply --approved`: what was reviewed is compared with what is planned, and never carried out.

use std::fs;

use super::repository::PACKAGE;
use super::repository::Repository;

#[test]
fn the_same_changes_are_applied_and_others_are_not() {
    let team = Repository::new();
    assert_eq!(team.run("plan --out plan.json").exit, 0);
    for (text, told) in [
        (
            PACKAGE.replace("Card", "All"),
            "description approved not set → \"Card payments\", now not set → \"All payments\"",
        ),
        (PACKAGE.replace("name: payments", "name: other"), "create package/other: not in the approved plan"),
        (PACKAGE.replace("name: payments", "name: other"), "create package/payments: only in the approved plan"),
    ] {
        team.write("payments.yaml", &text);
        let run = team.run("apply --approved plan.json");
        assert_eq!(run.exit, 5, "{}", run.err);
        assert!(run.err.contains(told), "{}", run.err);
    }
    assert!(!team.run("export").out.contains("payments"), "nothing was changed");
    team.write("payments.yaml", PACKAGE);
    let run = team.run("apply --prune --approved plan.json");
    assert!(run.exit == 5 && run.err.contains("--prune: approved no, now yes"), "{}", run.err);
    let mut team = team;
    team.console.now = "2026-11-22T12:00:00Z".to_owned();
    team.write("comment.yaml", "# moves nothing\n");
    fs::remove_file(team.root().join("comment.yaml")).unwrap();
    let run = team.run("apply --approved plan.json --trust origin/main");
    assert_eq!(run.exit, 0, "{}", run.err);
    assert!(team.run("export").out.contains("payments"));
    assert_eq!(team.run("apply --approved plan.json").exit, 5, "it was done, and is not done again");
    assert_eq!(team.run("apply plan.json --approved plan.json").exit, 64);
    assert_eq!(team.run("apply --approved none.json").exit, 1);
}

const SETTINGS: &str = "apiVersion: keywright.dev/v1
kind: Workspace
metadata: {name: team}
spec:
  environment: {allow: [APP_]}
";

const KEYS: &str = "apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {custom: {env: APP_KEY}}
";

fn with_a_key() -> Repository {
    let mut team = Repository::new();
    team.write("keywright.yaml", SETTINGS);
    team.write("keys.yaml", KEYS);
    team.commit();
    team.git("update-ref refs/remotes/origin/main HEAD");
    team.console.environment.insert("APP_KEY".to_owned(), "fake-key-of-the-team".to_owned());
    team.console.environment.insert("APP_OTHER".to_owned(), "fake-key-of-an-attacker".to_owned());
    team
}

#[test]
fn another_source_of_a_value_is_another_change() {
    let team = with_a_key();
    let plan = team.run("plan --out plan.json --trust origin/main");
    assert!(plan.exit == 0 && plan.out.contains("custom, read from the variable APP_KEY when"), "{}", plan.out);
    for source in ["{custom: {env: APP_OTHER}}", "{custom: {value: fake-key-of-an-attacker}}"] {
        team.write("keys.yaml", &KEYS.replace("{custom: {env: APP_KEY}}", source));
        let run = team.run("apply --approved plan.json --trust origin/main");
        assert!(run.exit == 5 && run.err.contains("has another source or destination"), "{}", run.err);
    }
    team.write("keys.yaml", KEYS);
    assert_eq!(team.run("apply --approved plan.json --trust origin/main").exit, 0);
}

/// A pipeline applies the file that a pull request names, and the file is a plan that its author made elsewhere.
#[test]
fn a_plan_that_git_tracks_is_not_applied_with_trusted_settings() {
    let team = with_a_key();
    assert_eq!(team.run("apply --auto-approve --trust origin/main").exit, 0);
    team.write("keywright.yaml", "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: team}\nspec: {ownership: {packageKeys: all}}\n");
    team.write("keys.yaml", &KEYS[..KEYS.rfind("---").unwrap()]);
    let plan = team.run("plan --prune --allow application/alice/checkout --out today.json");
    assert!(plan.exit == 0 && plan.out.contains("1 to delete"), "{}{}", plan.out, plan.err);
    team.write("keywright.yaml", SETTINGS);
    team.write("keys.yaml", KEYS);
    // Not even without a commit: the manifests declare the key.
    let run = team.run("apply today.json --trust origin/main");
    assert!(run.exit == 5 && run.out.contains("is declared by the manifests"), "{}{}", run.out, run.err);
    team.commit();
    let run = team.run("apply today.json --trust origin/main");
    assert!(run.exit == 1 && run.err.contains("Git tracks it") && run.err.contains("--approved"), "{}", run.err);
    assert!(team.run("plan --trust origin/main").out.contains("Nothing to do"));
}

#[test]
fn what_is_wrong_with_the_settings_is_said_when_the_store_does_not_answer() {
    let team = with_a_key();
    let stores = "  stores: {managedFileTransfer: {url: 'http://127.0.0.1:9', credentials: {apiKey: {env: KEYWRIGHT_K}}, \
                  operations: {list: GET /api/ApiKey/all}}}\n";
    let mut team = team;
    team.console.environment.insert("KEYWRIGHT_K".to_owned(), "fake-credential".to_owned());
    team.write("keywright.yaml", &format!("{SETTINGS}{stores}"));
    let run = team.run("plan");
    assert!(run.exit == 1 && run.err.contains("error: "), "{}", run.err);
    assert!(run.err.contains("KW-060") && run.err.contains("127.0.0.1:9"), "{}", run.err);
}

#[test]
fn help_about_the_settings_says_that_they_must_be_merged_first() {
    let team = with_a_key();
    team.write("keywright.yaml", &SETTINGS.replace("[APP_]", "[APP_, NEW_]"));
    team.write("keys.yaml", &KEYS.replace("APP_KEY", "NEW_KEY"));
    let run = team.run("validate --trust origin/main");
    assert!(run.exit == 3 && run.out.contains("so merge that change first"), "{}", run.out);
    assert!(!team.run("validate").out.contains("merge that change first"));
}
