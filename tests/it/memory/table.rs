//! The table `objects`: what an apply writes, and that nothing else writes it.

use super::wild::PARENTS;
use super::wild::VALUE;
use super::wild::Wild;
use super::wild::row;
use crate::emulator::caller::Emulator;

#[test]
fn an_apply_without_changes_remembers_what_is_declared() {
    let wild = Wild::new("");
    wild.world.write(&format!("{PARENTS}{}", wild.key_manifest(", protect: true")));
    for command in ["validate", "plan"] {
        assert_eq!(wild.world.keywright(&[command]).exit, 0);
        assert!(!wild.world.workspace().join(".keywright").exists(), "{command} writes nothing");
    }
    let said = wild.apply(&[]);
    assert!(said.exit == 0 && said.text.contains("Nothing to do"), "{}", said.text);
    let expected = [
        row("Application", "application/alice/shop", "other", false, None),
        row("Package", "package/pay", "other", false, None),
        row("PackageKey", "key/shop-key", "other", true, None),
        row("Plan", "plan/pay/gold", "other", false, None),
        row("User", "user/alice", "other", false, None),
    ];
    assert_eq!(wild.rows(), expected);
    let id: String =
        wild.database().query_row("SELECT id FROM objects WHERE kind = 'PackageKey'", [], |row| row.get(0)).unwrap();
    assert_eq!(id, wild.key);
    let path = wild.world.workspace().join(".keywright/keywright.db");
    wild.database().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(!String::from_utf8_lossy(&before).contains(VALUE));
    // Only differences are written.
    assert_eq!(wild.apply(&[]).exit, 0);
    assert_eq!(wild.world.keywright(&["plan", "--prune"]).exit, 0);
    wild.database().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    assert!(std::fs::read(&path).unwrap() == before, "nothing changed, and the database did");
}

#[test]
fn what_a_run_makes_is_remembered_and_what_is_gone_is_forgotten() {
    let wild = Wild::new("  ownership: {packageKeys: ofDeclaredApplications, applications: ofDeclaredUsers}\n");
    let more = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till, protect: true}\nspec: {user: alice}
---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {name: till-key}
spec: {user: alice, application: till, package: pay, plan: gold, key: {generate: {prefix: till_}}}\n";
    wild.world.write(&format!("{PARENTS}{more}"));
    let said = wild.apply(&[]);
    assert_eq!(said.exit, 0, "{}", said.text);
    let of_run: Vec<_> = wild.rows().into_iter().filter(|row| row.2 == "keywright").collect();
    let expected = [
        row("Application", "application/alice/till", "keywright", true, Some(1)),
        row("PackageKey", "key/till-key", "keywright", false, Some(1)),
    ];
    assert_eq!(of_run, expected);
    // A person deletes the key of the area, and a run deletes the other.
    wild.world.write(&format!("{PARENTS}{}{more}", wild.key_manifest("")));
    assert_eq!(wild.apply(&[]).exit, 0);
    assert_eq!(wild.rows().iter().filter(|row| row.0 == "PackageKey").count(), 2);
    assert_eq!(wild.emulator.delete(&format!("/packageKeys/{}", wild.key)).status, 200);
    let only_application = more.split("---\n").take(2).collect::<Vec<_>>().join("---\n");
    wild.world.write(&format!("{PARENTS}{only_application}"));
    let said = wild.apply(&["--prune", "--allow", "application/alice/till"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    assert!(wild.rows().iter().all(|row| row.0 != "PackageKey"), "{:?}", wild.rows());
    assert!(wild.rows().iter().any(|row| row.1 == "application/alice/till"));
}

/// The address of an area is not what it is.
#[test]
fn an_area_that_moves_to_another_port_is_still_known() {
    let wild = Wild::new("");
    assert_eq!(wild.apply(&[]).exit, 0);
    let before = wild.rows();
    let other = Emulator::start(&[]);
    assert_ne!(other.address(), wild.emulator.address());
    wild.world.point_at_url(&format!("http://{}", other.address()), "{callsPerSecond: 1000}", "", "TEST_");
    let stores = || -> Vec<String> {
        let database = wild.database();
        let mut statement = database.prepare("SELECT DISTINCT store FROM objects").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    // This emulator is empty, so everything that the area had is gone from it.
    let said = wild.world.keywright(&["plan"]);
    assert_eq!((said.exit, wild.rows()), (0, before), "a plan writes nothing");
    assert_eq!(stores(), ["area an-area"]);
}

/// Two workspaces of one area share a database, and the ownership of each covers what the other declares.
#[test]
fn workspaces_that_share_a_database_do_not_prune_what_the_other_declares() {
    let wild = Wild::new("  ownership: {applications: all}\n");
    let settings = wild.world.workspace().join("keywright.yaml");
    let first = std::fs::read_to_string(&settings).unwrap();
    let till = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till}\nspec: {user: alice}\n";
    wild.world.write(&format!("{PARENTS}{till}"));
    assert_eq!(wild.apply(&[]).exit, 0);
    // The second workspace declares the rest of the area.
    std::fs::write(&settings, first.replace("{name: test}", "{name: second}")).unwrap();
    wild.world.write(PARENTS);
    assert_eq!(wild.apply(&[]).exit, 0);
    let said = wild.apply(&["--prune"]);
    let expected = "error[KW-112]: --prune would remove 1 object that workspace test declared: application/alice/till";
    assert!(said.exit == 4 && said.text.contains(expected) && !said.text.contains("KW-110"), "{}", said.text);
    // The first one may.
    std::fs::write(&settings, first).unwrap();
    let said = wild.apply(&["--prune"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    assert!(!wild.rows().iter().any(|row| row.1 == "application/alice/till"), "{:?}", wild.rows());
}

/// The protection of an object holds for all workspaces that share the database.
#[test]
fn what_another_workspace_protected_needs_consent_of_its_own() {
    let wild = Wild::new("  ownership: {applications: all}\n");
    let settings = wild.world.workspace().join("keywright.yaml");
    let first = std::fs::read_to_string(&settings).unwrap();
    let till = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till, protect: true}\nspec: {user: alice}\n";
    wild.world.write(&format!("{PARENTS}{till}"));
    assert_eq!(wild.apply(&[]).exit, 0);
    std::fs::write(&settings, first.replace("{name: test}", "{name: second}")).unwrap();
    wild.world.write(PARENTS);
    // The consent for the user covers KW-112, and not the protection.
    let said = wild.apply(&["--prune", "--allow", "user/alice"]);
    let expected =
        "application/alice/till would be deleted, and another workspace protected it when it was last applied: test";
    assert!(said.exit == 4 && said.text.contains(expected), "{}", said.text);
    assert!(said.text.contains("KW-109") && said.text.contains("--allow application/alice/till"), "{}", said.text);
    let said = wild.apply(&["--prune", "--allow", "application/alice/till"]);
    assert_eq!(said.exit, 0, "{}", said.text);
}
