//! Manifests that are only deleted, without `--since`: what the workspace database, or the commit before, knows of them.

use std::fs;

use super::repository::Repository;
use super::repository::SETTINGS;
use super::repository::git;
use crate::team::TEAM;

const BOB: &str = "---
apiVersion: keywright.dev/v1
kind: User
metadata: {name: bob}
spec: {email: bob@example.com, displayName: Bob, status: active}
";

const KEY: &str = "---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: till}
spec: {user: alice, application: checkout, package: payments, plan: gold, key: {generate: {prefix: chk_}}}
";

/// The team with a key is in the store; then the manifests of the user, the application and the key are deleted.
fn deleted(settings: &str) -> Repository {
    let team = Repository::new();
    team.git("rm -q payments.yaml");
    team.write("keywright.yaml", settings);
    team.write(".gitignore", ".keywright/\n");
    team.write("m.yaml", &[TEAM, KEY, BOB].concat());
    team.commit();
    let ran = team.run("apply --auto-approve");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    let rest: Vec<&str> = TEAM.split("---\n").skip(2).collect();
    team.write("m.yaml", &(rest.join("---\n") + BOB));
    team.commit();
    team
}

/// A machine that never ran, with the same store.
fn forget(team: &Repository) {
    let database = rusqlite::Connection::open(team.root().join(".keywright/keywright.db")).unwrap();
    database.execute_batch("DELETE FROM objects; DELETE FROM creates; DELETE FROM receipts; DELETE FROM runs").unwrap();
}

#[track_caller]
fn said(team: &Repository, line: &str) -> String {
    let ran = team.run(line);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    format!("{}{}", ran.out, ran.err)
}

#[test]
fn the_database_names_what_lost_its_manifest_until_an_apply_has_seen_it() {
    let team = deleted(SETTINGS);
    let says = "3 manifests are gone since the last apply: user/alice, application/alice/checkout, key/till; their objects \
                stay in the store";
    for line in ["plan", "plan", "apply --auto-approve --prune"] {
        let text = said(&team, line);
        assert!(text.contains("info[KW-135]") && text.contains(says), "{text}");
    }
    for line in ["plan", "apply --auto-approve"] {
        assert!(!said(&team, line).contains("KW-135"), "{line}");
    }
    // `--since` says it alone.
    let team = deleted(SETTINGS);
    let text = said(&team, "plan --since HEAD~1");
    assert!(text.contains("KW-143") && !text.contains("KW-135"), "{text}");
}

#[test]
fn what_the_workspace_owns_or_removes_is_not_named() {
    let owns = SETTINGS.replace("packages: declared", "users: all, applications: all, packageKeys: all");
    let text = said(&deleted(&owns), "plan");
    assert!(!text.contains("KW-135") && text.contains("owned but not declared; --prune deletes it"), "{text}");
    let team = deleted(SETTINGS);
    let gone = "---\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: alice, removed: true}\n";
    let rest = fs::read_to_string(team.root().join("m.yaml")).unwrap();
    team.write("m.yaml", &(rest + gone));
    assert!(!said(&team, "plan --allow user/alice").contains("KW-135"));
    // Another name is no lost manifest.
    let team = deleted(SETTINGS);
    let renamed = [TEAM, KEY, BOB].concat().replace("{name: checkout}", "{name: shop, previously: [checkout]}");
    team.write("m.yaml", &renamed.replace("application: checkout", "application: shop"));
    assert!(!said(&team, "plan").contains("KW-135"));
}

#[test]
fn without_memory_the_commit_before_names_it() {
    for settings in [SETTINGS, &SETTINGS.replace("packages: declared", "applications: ofDeclaredUsers")] {
        let team = deleted(settings);
        forget(&team);
        for line in ["plan", "apply --auto-approve"] {
            let text = said(&team, line);
            let says = "): user/alice, application/alice/checkout, key/till; their objects stay in the store";
            assert!(text.contains("3 manifests are gone since HEAD~1 (") && text.contains(says), "{line}: {text}");
        }
        // The apply has remembered what is declared now.
        assert!(!said(&team, "plan").contains("KW-143"));
        // The next commit deletes nothing.
        forget(&team);
        team.commit();
        assert!(!said(&team, "plan").contains("KW-143"));
    }
}

#[test]
fn a_clone_of_one_commit_without_memory_says_that_it_cannot_know() {
    let mut team = deleted(SETTINGS);
    forget(&team);
    let url = format!("file://{}", team.root().display());
    git(&team.outside(), &format!("clone -q --depth 1 {url} shallow"));
    let shallow = team.outside().join("shallow");
    fs::create_dir_all(shallow.join(".keywright")).unwrap();
    let database = ".keywright/keywright.db";
    fs::copy(team.root().join(database), shallow.join(database)).unwrap();
    team.console.folder = shallow;
    let text = said(&team, "plan");
    let says = "3 objects of the store have no manifest; whether the last commit removed some is not known: the workspace \
                database has no earlier apply";
    assert!(text.contains("info[KW-137]") && text.contains(says), "{text}");
    // The help works.
    team.git("fetch -q --depth 2 origin change");
    assert!(said(&team, "plan").contains("3 manifests are gone since HEAD~1 ("));
}

#[test]
fn without_git_and_memory_one_line_says_what_cannot_be_known() {
    let team = deleted(SETTINGS);
    forget(&team);
    fs::remove_dir_all(team.root().join(".git")).unwrap();
    let text = said(&team, "plan");
    let says = "3 objects of the store have no manifest; whether some had one is not known: the workspace database has no \
                earlier apply of this workspace, and the manifests are in no Git repository";
    assert!(text.contains("info[KW-137]") && text.contains(says) && text.contains("write `removed: true`"), "{text}");
}
