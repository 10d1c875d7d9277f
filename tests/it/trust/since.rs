//! `--since REVISION`: the objects of manifests that are gone and that stay in the store.

use super::repository::Repository;
use super::repository::SETTINGS;
use crate::team::TEAM;

const KEY: &str = "---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: till}
spec:
  {user: alice, application: checkout, package: payments, plan: gold,
   key: {custom: {value: fake-value-00000000000000}}, settings: {status: active}}
";

/// The team with a key is in the store; `before` is the tag of its manifests.
fn applied(key: &str) -> Repository {
    let mut team = Repository::new();
    team.console.environment.insert("APP_KEY".to_owned(), "fake-value-22222222222222".to_owned());
    team.git("rm -q payments.yaml");
    team.write("m.yaml", &format!("{TEAM}{key}"));
    team.write("keywright.yaml", &format!("{SETTINGS}  environment: {{allow: [APP_]}}\n"));
    team.write(".gitignore", ".keywright/\n");
    team.commit();
    team.git("tag before");
    let ran = team.run("apply --auto-approve");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    team
}

/// The manifests without those of the kinds.
fn without(kinds: &[&str]) -> String {
    let is_left = |text: &&str| !kinds.iter().any(|kind| text.contains(&format!("kind: {kind}\n")));
    TEAM.split("---\n").filter(is_left).collect::<Vec<_>>().join("---\n")
}

#[track_caller]
fn said(team: &Repository, manifests: &str, line: &str) -> String {
    team.write("m.yaml", manifests);
    let ran = team.run(line);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    format!("{}{}", ran.out, ran.err)
}

#[test]
fn manifests_that_are_gone_are_named_with_what_stays() {
    let team = applied(KEY);
    let less = without(&["User", "Application"]);
    let text = said(&team, &less, "plan --since before");
    let message = "3 manifests are gone since before (";
    let names = "): user/alice, application/alice/checkout, key/till; their objects stay in the store";
    assert!(text.contains("warning[KW-143]") && text.contains(message) && text.contains(names), "{text}");
    assert!(text.contains("write `removed: true` in place of the topmost one"), "{text}");
    let text = said(&team, &less, "apply --auto-approve --since before --format json");
    assert!(text.contains("\"rule\": \"KW-143\""), "{text}");
    // Nobody asked.
    assert!(!said(&team, &less, "plan").contains("KW-143"));
    // Nothing is gone.
    assert!(!said(&team, &format!("{TEAM}{KEY}"), "plan --since before").contains("KW-143"));
    // Their objects are gone, too.
    std::fs::remove_dir_all(team.root().join(".keywright")).unwrap();
    assert!(!said(&team, &less, "plan --since before").contains("KW-143"));
}

#[test]
fn what_is_removed_renamed_declared_otherwise_or_pruned_is_not_left_behind() {
    let team = applied(KEY);
    let less = without(&["User", "Application"]);
    let removed =
        format!("{less}---\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: alice, removed: true}}\n");
    assert!(!said(&team, &removed, "plan --since before --allow user/alice").contains("KW-143"));
    let renamed = format!("{TEAM}{KEY}")
        .replace("{name: gold}", "{name: silver, previously: [gold]}")
        .replace("plan: gold", "plan: silver");
    assert!(!said(&team, &renamed, "plan --since before").contains("KW-143"));
    // The same key under another label.
    let relabeled = format!("{TEAM}{KEY}").replace("{name: till}", "{name: register}");
    assert!(!said(&team, &relabeled, "plan --since before").contains("KW-143"));
    team.write(
        "keywright.yaml",
        &SETTINGS.replace("packages: declared", "plans: ofDeclaredPackages, packageKeys: ofDeclaredApplications"),
    );
    team.write("m.yaml", TEAM);
    let ran = team.run("plan --prune --since before");
    // The delete waits for consent; it is reported by the guard.
    assert!(ran.out.contains("- key/") && !ran.err.contains("KW-143"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_value_that_this_run_does_not_know_is_not_guessed() {
    let team = applied(&KEY.replace("{value: fake-value-00000000000000}", "{env: APP_KEY}"));
    let text = said(&team, TEAM, "plan --since before");
    let message = "the value of key/till is not known here, so neither is whether it stays in the store";
    assert!(text.contains("warning[KW-143]") && text.contains(message), "{text}");
    // The same source under another label.
    let key =
        KEY.replace("{value: fake-value-00000000000000}", "{env: APP_KEY}").replace("name: till", "name: register");
    assert!(!said(&team, &format!("{TEAM}{key}"), "plan --since before").contains("KW-143"));
}

#[test]
fn a_revision_that_cannot_be_compared_is_an_error_of_its_own() {
    let team = applied(KEY);
    let fails = |line: &str, exit: u8, message: &str| {
        let ran = team.run(line);
        assert_eq!(ran.exit, exit, "{line}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(message), "{line}: {}", ran.err);
    };
    fails("plan --since nowhere", 1, "nowhere");
    fails("plan m.yaml --since before", 64, "could not use --since");
    assert_eq!(team.run("plan --out p.json --since before").exit, 0);
    fails("apply p.json --since before", 64, "could not use --since: a saved plan cannot be changed");
    team.write("m.yaml", "kind: Nonsense\n");
    team.commit();
    team.git("tag broken");
    team.write("m.yaml", TEAM);
    fails("plan --since broken", 1, "have errors");
}

#[test]
fn an_ancestor_is_a_revision_and_what_moved_in_the_store_is_named_where_it_is() {
    let team = applied("");
    let less = without(&["Application"]);
    team.write("m.yaml", &less);
    team.commit();
    let text = said(&team, &less, "plan --since HEAD~1");
    assert!(
        text.contains("1 manifest is gone since HEAD~1 (") && text.contains("application/alice/checkout;"),
        "{text}"
    );
    let ran = team.run("plan --since HEAD~99");
    assert!(ran.exit == 1 && ran.err.contains("has no such ancestor"), "{}", ran.err);
    let database = rusqlite::Connection::open(team.root().join(".keywright/keywright.db")).unwrap();
    database.execute("UPDATE applications SET name = 'till'", []).unwrap();
    let text = said(&team, &less, "plan --since HEAD~1");
    assert!(text.contains("application/alice/checkout (now application/alice/till)"), "{text}");
    // A user is recognized without the database, too.
    let none = without(&["Application", "User"]);
    database.execute("UPDATE users SET username = 'alice.lee'", []).unwrap();
    database.execute_batch("DELETE FROM objects; DELETE FROM creates; DELETE FROM writes; DELETE FROM runs").unwrap();
    let text = said(&team, &none, "plan --since before");
    assert!(text.contains("user/alice (now user/alice.lee)"), "{text}");
}
