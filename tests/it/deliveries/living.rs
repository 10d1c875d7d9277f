//! The value of a key that does not work never replaces that of another one that does, whoever made that one.

use std::fs;

use super::Workspace;
use super::key;
use super::says;

const BY_HAND: &str = "made-by-hand-not-a-real-key";

/// A person made another key, and its value is at the place now.
fn replaced(more: &str) -> Workspace {
    let mut workspace = Workspace::applied(&[key("a", "secrets/a.env", more)]);
    workspace.changes(&format!(
        "INSERT INTO package_keys (id, application, package, plan, value, secret, attributes, created, updated)
         SELECT 'by-hand', application, package, plan, '{BY_HAND}', secret,
         json_set(attributes, '$.\"settings.status\"', 'active', '$.expires', 'never'), created, updated FROM package_keys"
    ));
    fs::write(workspace.path("secrets/a.env"), format!("KEY={BY_HAND}\n")).unwrap();
    workspace.console.now = "2026-11-24T00:00:00Z".into();
    workspace
}

fn set(field: &str, value: &str, table: &str) -> String {
    let which = if table == "package_keys" { "id <> 'by-hand'" } else { "true" };
    format!("UPDATE {table} SET attributes = json_set(attributes, '$.\"{field}\"', '{value}') WHERE {which}")
}

#[track_caller]
fn keeps(workspace: &Workspace, why: &str) {
    for line in ["plan", "apply --auto-approve", "apply --auto-approve --deliver key/a"] {
        let ran = workspace.runs(line, 0);
        says(&ran.out, &format!("{why}, so its value is not delivered to 1 place with another key that works"));
    }
    assert_eq!(fs::read_to_string(workspace.path("secrets/a.env")).unwrap(), format!("KEY={BY_HAND}\n"));
}

#[test]
fn the_value_of_a_disabled_key_replaces_none_that_works() {
    let workspace = replaced("");
    workspace.changes(&set("settings.status", "disabled", "package_keys"));
    workspace.declare(&[key("a", "secrets/a.env", ", settings: {status: disabled}")]);
    keeps(&workspace, "not active");
}

#[test]
fn the_value_of_a_key_that_its_manifest_ends_replaces_none_that_works() {
    keeps(&replaced(", expires: 2026-11-22"), "past its end");
}

#[test]
fn the_run_that_disables_a_key_does_not_deliver_it() {
    let workspace = replaced("");
    workspace.declare(&[key("a", "secrets/a.env", ", settings: {status: disabled}")]);
    keeps(&workspace, "not active");
}

#[test]
fn the_value_of_a_key_that_waits_replaces_none_that_works() {
    let workspace = replaced("");
    workspace.changes(&set("settings.status", "waiting", "package_keys"));
    keeps(&workspace, "waiting for approval");
}

#[test]
fn the_value_of_a_key_in_a_plan_that_is_not_active_replaces_none_that_works() {
    let workspace = replaced("");
    workspace.changes(
        "INSERT INTO plans SELECT max(row) + 1, 'another', package, 'another', attributes, created, updated FROM plans;
         UPDATE package_keys SET plan = (SELECT row FROM plans WHERE name = 'another') WHERE id = 'by-hand'",
    );
    workspace.changes(&format!("{} AND name = 'gold'", set("status", "inactive", "plans")));
    keeps(&workspace, "in a package plan that is not active");
}

/// A value that works is delivered with consent, and one that takes nothing away without it.
#[test]
fn what_takes_no_value_away_is_delivered() {
    let workspace = replaced("");
    says(&workspace.runs("apply --auto-approve", 4).err, "KW-134");
    says(&workspace.runs("apply --auto-approve --allow key/a", 0).out, "delivered to secrets/a.env (KEY)");
    let workspace = replaced("");
    workspace.changes(&set("settings.status", "waiting", "package_keys"));
    fs::write(workspace.path("secrets/a.env"), "KEY=of-no-key\n").unwrap();
    says(&workspace.runs("apply --auto-approve", 0).out, "delivered to secrets/a.env (KEY)");
}

/// The package plan was switched off after the plan was made.
#[test]
fn a_saved_plan_replaces_no_value_that_works_with_one_that_stopped_to_work() {
    let workspace = replaced("");
    workspace.runs("plan --out saved --allow key/a", 0);
    workspace.changes(
        "INSERT INTO plans SELECT max(row) + 1, 'another', package, 'another', attributes, created, updated FROM plans;
         UPDATE package_keys SET plan = (SELECT row FROM plans WHERE name = 'another') WHERE id = 'by-hand'",
    );
    workspace.changes(&format!("{} AND name = 'gold'", set("status", "inactive", "plans")));
    let ran = workspace.runs("apply saved", 5);
    says(&format!("{}{}", ran.out, ran.err), "key/a is in a package plan that is not active");
    assert_eq!(fs::read_to_string(workspace.path("secrets/a.env")).unwrap(), format!("KEY={BY_HAND}\n"));
}
