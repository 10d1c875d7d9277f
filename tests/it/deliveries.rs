//! Whether a delivery is due, on machines with and without the files and the memory of earlier runs.

mod broken;
mod living;

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::cloud;
use crate::cloud::area::World;
use crate::console::Console;
use crate::console::Ran;
use crate::team::TEAM;

struct Workspace {
    folder: TempDir,
    console: Console,
}

/// A generated key that is delivered to a file, with further fields.
fn key(name: &str, file: &str, more: &str) -> String {
    format!(
        "---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {{name: {name}}}
spec: {{user: alice, application: checkout, package: payments, plan: gold, key: {{generate: {{prefix: {name}_}}}},
  deliver: [{{file: {file}, as: KEY}}]{more}}}
"
    )
}

impl Workspace {
    /// A workspace whose manifests were applied.
    fn applied(keys: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let console = Console::new(folder.path().to_path_buf());
        let workspace = Self { folder, console };
        workspace.declare(keys);
        workspace.runs("apply --auto-approve", 0);
        workspace
    }

    fn declare(&self, keys: &[String]) {
        fs::write(self.path("m.yaml"), format!("{TEAM}{}", keys.concat())).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What a runner with an empty disk does not have.
    fn loses_files(&self) {
        fs::remove_dir_all(self.path("secrets")).unwrap();
    }

    #[track_caller]
    fn changes(&self, sql: &str) {
        let database = rusqlite::Connection::open(self.path(".keywright/keywright.db")).unwrap();
        database.execute_batch(sql).unwrap();
    }

    #[track_caller]
    fn runs(&self, line: &str, exit: u8) -> Ran {
        let ran = self.console.run(line);
        assert_eq!(ran.exit, exit, "{line}\n{}{}", ran.out, ran.err);
        ran
    }
}

#[track_caller]
fn says(text: &str, part: &str) {
    assert!(text.contains(part), "`{part}` is not in\n{text}");
}

const SETTLED: &str = "plan --detailed-exitcode";

#[test]
fn a_fresh_checkout_of_a_settled_workspace_has_nothing_to_do() {
    let workspace = Workspace::applied(&[key("a", "secrets/a.env", ""), key("b", "secrets/b.env", "")]);
    workspace.loses_files();
    for line in [SETTLED, "apply --auto-approve", SETTLED] {
        let ran = workspace.runs(line, 0);
        says(&ran.out, "Nothing to do: 6 objects are as declared.");
        says(&ran.err, "info[KW-042]: 2 deliveries cannot be seen here: the files are not on this machine");
        says(&ran.err, "--deliver ADDRESS writes the value of a key here: key/a, key/b");
    }
    assert!(!workspace.path("secrets").exists(), "a value was written");
    let one = workspace.runs("apply --auto-approve --deliver key/b", 0);
    says(&one.out, "delivered to secrets/b.env (KEY)");
    says(&one.err, "info[KW-042]: 1 delivery cannot be seen here: the file is not on this machine");
    assert!(workspace.path("secrets/b.env").exists() && !workspace.path("secrets/a.env").exists());
    workspace.runs(SETTLED, 0);
    // A delivery that is there is not repeated.
    says(&workspace.runs("apply --auto-approve --deliver key/b", 0).out, "Nothing to do");
}

#[test]
fn a_fresh_runner_without_memory_has_nothing_to_do() {
    let world = World::new(cloud::MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1000}", "");
    assert_eq!(world.apply().exit, 0);
    for folder in [".keywright", "secrets"] {
        fs::remove_dir_all(world.workspace().join(folder)).unwrap();
    }
    world.assert_settled("a fresh runner");
    let said = world.apply();
    assert!(said.exit == 0 && said.text.contains("1 delivery cannot be seen here"), "{}", said.text);
    assert!(!world.workspace().join("secrets").exists(), "a value was written");
}

/// A replaced key keeps its value, which another machine may have delivered.
#[test]
fn a_key_that_a_fresh_runner_moves_is_not_due_afterwards() {
    let key = "---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: k}
spec: {user: alice, application: APP, package: payments, plan: gold, key: {custom: {env: TEST_KEY}},
  deliver: [{file: secrets/k.env, as: KEY}]}
";
    let till = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till}\nspec: {user: alice}\n";
    let manifests = |application: &str| [TEAM, till, &key.replace("APP", application)].concat();
    let world = World::new(&manifests("checkout"));
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1000}", "");
    assert_eq!(world.apply().exit, 0);
    for folder in [".keywright", "secrets"] {
        fs::remove_dir_all(world.workspace().join(folder)).unwrap();
    }
    for application in ["till", "checkout"] {
        world.write(&manifests(application));
        let said =
            world.keywright(&["apply", "--auto-approve", "--allow", "key/k", "--allow", "application/alice/till"]);
        assert!(said.exit == 0 && said.text.contains("-/+ key/k"), "{}", said.text);
        assert!(!said.text.contains("delivered to"), "{}", said.text);
        world.assert_settled(application);
    }
}

#[test]
fn a_delivery_that_never_succeeded_is_due_on_every_machine() {
    let workspace = Workspace::applied(&[]);
    let long = format!("secrets/{}.env", "a".repeat(300));
    workspace.declare(&[key("a", &long, "")]);
    workspace.runs("apply --auto-approve", 6);
    workspace.loses_files();
    // The manifest is corrected, and the folder is not on this machine.
    workspace.declare(&[key("a", "secrets/a.env", "")]);
    says(&workspace.runs(SETTLED, 2).out, "Plan: 1 to deliver");
    workspace.runs("apply --auto-approve", 0);
    workspace.loses_files();
    workspace.runs(SETTLED, 0);
}

#[test]
fn a_new_place_of_a_key_that_keywright_created_is_due() {
    let workspace = Workspace::applied(&[key("a", "secrets/a.env", "")]);
    workspace.loses_files();
    workspace.declare(&[key("a", "secrets/other.env", "")]);
    says(&workspace.runs(SETTLED, 2).out, "secrets/other.env (KEY)");
}

#[test]
fn a_place_that_shows_another_value_is_due_whatever_is_remembered() {
    let workspace = Workspace::applied(&[key("a", "secrets/a.env", "")]);
    let value = fs::read_to_string(workspace.path("secrets/a.env")).unwrap();
    for text in ["KEY=another\n", "OTHER=1\n", ""] {
        fs::write(workspace.path("secrets/a.env"), text).unwrap();
        says(&workspace.runs(SETTLED, 2).out, "a delivery file does not contain the key's value");
        workspace.runs("apply --auto-approve", 0);
        says(&fs::read_to_string(workspace.path("secrets/a.env")).unwrap(), &value);
    }
}

#[test]
fn an_interrupted_create_is_delivered_by_the_next_run() {
    let workspace = Workspace::applied(&[key("a", "secrets/a.env", "")]);
    workspace.loses_files();
    // As after a kill between the create and its result.
    workspace.changes("DELETE FROM receipts; DELETE FROM objects; UPDATE writes SET fate = NULL, ended = NULL");
    says(&workspace.runs(SETTLED, 2).out, "Plan: 1 to deliver");
    workspace.runs("apply --auto-approve", 0);
    workspace.loses_files();
    workspace.runs(SETTLED, 0);
}

#[test]
fn keys_of_a_database_without_receipts_count_as_delivered() {
    let workspace = Workspace::applied(&[key("a", "secrets/a.env", "")]);
    workspace.loses_files();
    workspace.changes("DROP TABLE applied; DROP TABLE receipts; ALTER TABLE runs DROP COLUMN plan; ALTER TABLE objects DROP COLUMN disabled; ALTER TABLE objects DROP COLUMN undeclared; PRAGMA user_version = 7");
    // Before and after the first apply of this version.
    for line in [SETTLED, "apply --auto-approve", SETTLED] {
        workspace.runs(line, 0);
    }
    assert!(!workspace.path("secrets").exists(), "a value was written");
}

#[test]
fn under_another_key_for_fingerprints_nothing_is_known() {
    let workspace = Workspace::applied(&[key("a", "secrets/a.env", "")]);
    workspace.loses_files();
    let file = fs::read_dir(workspace.path(".keywright")).unwrap().map(|entry| entry.unwrap().path());
    let file = file.filter(|path| path.to_string_lossy().contains("fingerprint")).collect::<Vec<_>>();
    assert_eq!(file.len(), 1);
    fs::write(&file[0], "another-key-that-is-not-real-0123456789ab\n").unwrap();
    workspace.runs(SETTLED, 0);
}

#[test]
fn no_deliver_leaves_deliveries_due() {
    let workspace = Workspace::applied(&[]);
    workspace.declare(&[key("a", "secrets/a.env", "")]);
    let ran = workspace.runs("apply --auto-approve --no-deliver", 0);
    says(&ran.err, "info[KW-042]: --no-deliver leaves out 1 delivery of key/a");
    assert!(!ran.out.contains("deliver"), "{}", ran.out);
    assert!(!workspace.path("secrets").exists(), "a value was written");
    let still = workspace.runs("plan --detailed-exitcode --no-deliver", 0);
    says(&still.err, "--no-deliver leaves out 1 delivery of key/a");
    says(&workspace.runs(SETTLED, 2).out, "Plan: 1 to deliver");
    workspace.runs("apply --auto-approve", 0);
    workspace.runs(SETTLED, 0);
}

#[test]
fn a_saved_plan_keeps_its_deliveries() {
    let workspace = Workspace::applied(&[key("a", "secrets/a.env", ""), key("b", "secrets/b.env", "")]);
    workspace.loses_files();
    workspace.runs("plan --deliver key/a --out p.json", 0);
    for option in ["--deliver key/b", "--no-deliver"] {
        says(&workspace.runs(&format!("apply p.json {option}"), 64).err, "a saved plan cannot be changed");
    }
    workspace.runs("apply p.json", 0);
    assert!(workspace.path("secrets/a.env").exists() && !workspace.path("secrets/b.env").exists());
    workspace.loses_files();
    let other = workspace.runs("apply --approved p.json", 5);
    says(&other.err, "--deliver: approved [key/a], now []");
    workspace.runs("apply --approved p.json --deliver key/a", 0);
}

#[test]
fn deliver_names_a_key_with_a_delivery() {
    let workspace = Workspace::applied(&[key("a", "secrets/a.env", "")]);
    for address in ["key/b", "user/alice"] {
        let ran = workspace.runs(&format!("apply --auto-approve --deliver {address}"), 3);
        says(&ran.err, &format!("error[KW-043]: --deliver {address} names no key with a delivery"));
    }
    workspace.runs("plan --deliver key/a --no-deliver", 64);
}

#[test]
fn the_result_says_where_a_value_went() {
    let workspace = Workspace::applied(&[]);
    workspace.declare(&[key("a", "secrets/a.env", "")]);
    let ran = workspace.runs("apply --auto-approve --format json-stream", 0);
    says(&ran.out, r#""delivered":[{"file":"secrets/a.env","as":"KEY"}]"#);
    workspace.declare(&[key("a", "secrets/a.env", ""), key("b", "secrets/b.env", "")]);
    let ran = workspace.runs("apply --auto-approve --format json", 0);
    let outcome: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(outcome["changes"][0]["delivered"], serde_json::json!([{"file": "secrets/b.env", "as": "KEY"}]));
    let shown = workspace.runs("runs show 3", 0);
    says(&shown.out, "key/b: delivered to secrets/b.env (KEY)");
    assert!(!shown.out.contains("secrets/a.env"), "{}", shown.out);
    let shown = workspace.runs("runs show 3 --format json", 0);
    let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    let to = serde_json::json!({"file": "secrets/b.env", "as": "KEY"});
    assert_eq!(shown["delivered"], serde_json::json!([{"address": "key/b", "to": to}]));
}

#[test]
fn no_key_is_retired_behind_a_successor_that_may_not_have_arrived() {
    let rotated = || key("a", "secrets/a.env", ", rotation: {every: 90d, overlap: 14d, grace: 7d}");
    let mut workspace = Workspace::applied(&[rotated()]);
    workspace.console.now = "2027-02-20T00:00:00Z".to_owned();
    workspace.runs("apply --auto-approve", 0);
    workspace.loses_files();
    workspace.console.now = "2027-03-10T00:00:00Z".to_owned();
    // The receipt is proof enough.
    says(&workspace.runs("plan", 0).out, "Plan: 1 to disable");
    workspace.changes("DELETE FROM receipts; DELETE FROM objects; DELETE FROM writes");
    let ran = workspace.runs(SETTLED, 0);
    says(&ran.out, "not retired, because its successor key/a is not known to be delivered; see --deliver");
    workspace.runs("apply --auto-approve --deliver key/a", 0);
    // The overlap counts from this delivery.
    says(&workspace.runs(SETTLED, 0).out, "the rotation disables it from 2027-03-24 00:00 UTC on");
    workspace.console.now = "2027-03-25T00:00:00Z".to_owned();
    says(&workspace.runs("plan", 0).out, "Plan: 1 to disable");
}
