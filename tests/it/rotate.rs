//! `keywright rotate` makes exactly one successor of each named key, whatever happens on the way.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::cloud::area::World;
use crate::console::Console;
use crate::console::Ran;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;
use crate::trust::killed::committed;
use crate::trust::killed::intended;
use crate::trust::killed::killed_when;

const NOW: &str = "rotate key/production --auto-approve";

struct Workspace {
    folder: TempDir,
    console: Console,
}

impl Workspace {
    /// A workspace that was applied on the first of August.
    fn new(manifests: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("m.yaml"), manifests).unwrap();
        let mut console = Console::new(folder.path().to_path_buf());
        console.now = "2026-08-01T00:00:00Z".into();
        assert_eq!(console.run("apply --auto-approve").exit, 0);
        Self { folder, console }
    }

    fn at(&mut self, now: &str, arguments: &str) -> Ran {
        self.console.now = now.into();
        self.console.run(arguments)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The value and the status of each key, oldest first.
    fn keys(&self) -> Vec<(String, String)> {
        let database = Connection::open(self.path(".keywright/keywright.db")).unwrap();
        let sql = "SELECT value, json_extract(attributes, '$.\"settings.status\"') FROM package_keys ORDER BY created";
        let mut statement = database.prepare(sql).unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }

    fn statuses(&self) -> Vec<String> {
        self.keys().into_iter().map(|(_, status)| status).collect()
    }

    fn delivered(&self) -> String {
        fs::read_to_string(self.path("secrets/key.env")).unwrap_or_default()
    }
}

#[test]
fn the_new_value_is_delivered_and_the_rules_retire_the_old_key() {
    let mut workspace = Workspace::new(&[TEAM, ROTATED_KEY].concat());
    let ran = workspace.at("2026-08-10T00:00:00Z", NOW);
    assert!(ran.exit == 0 && ran.out.contains("asked for by `keywright rotate`"), "{}{}", ran.out, ran.err);
    assert_eq!(workspace.statuses(), ["active", "active"]);
    assert_eq!(workspace.delivered(), format!("CHECKOUT_KEY={}\n", workspace.keys()[1].0));
    let ran = workspace.at("2026-08-20T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && ran.out.contains("disables it from 2026-08-24 00:00 UTC on"), "{}", ran.out);
    workspace.at("2026-08-25T00:00:00Z", "apply --auto-approve");
    assert_eq!(workspace.statuses(), ["disabled", "active"]);
    workspace.at("2026-09-02T00:00:00Z", "apply --auto-approve");
    assert_eq!(workspace.statuses(), ["active"]);
    let ran = workspace.at("2026-09-02T00:01:00Z", NOW);
    assert_eq!((ran.exit, workspace.statuses().len()), (0, 2), "the last rotation is over: {}", ran.err);
}

#[test]
fn a_repeated_run_makes_no_second_successor() {
    let mut workspace = Workspace::new(&[TEAM, ROTATED_KEY].concat());
    assert_eq!(workspace.at("2026-08-10T00:00:00Z", NOW).exit, 0);
    for now in ["2026-08-10T00:00:01Z", "2026-08-15T00:00:00Z", "2026-08-25T00:00:00Z"] {
        let ran = workspace.at(now, NOW);
        let is_over = now == "2026-08-25T00:00:00Z";
        assert_eq!(ran.exit, if is_over { 0 } else { 4 }, "{now}: {}{}", ran.out, ran.err);
        assert_eq!(ran.err.contains("KW-116"), !is_over, "{now}: {}", ran.err);
        assert_eq!(workspace.keys().len(), if is_over { 3 } else { 2 }, "{now}");
    }
    let ran = workspace.at("2026-08-25T00:00:01Z", &format!("{NOW} --again"));
    assert_eq!((ran.exit, workspace.keys().len()), (0, 4), "{}", ran.err);
}

/// The overlap is zero, so the old key could be disabled at once; an hour must pass all the same.
#[test]
fn a_repeated_run_makes_no_second_successor_without_an_overlap() {
    let mut workspace = Workspace::new(&[TEAM, &ROTATED_KEY.replace("overlap: 14d, ", "")].concat());
    assert_eq!(workspace.at("2026-08-10T00:00:00Z", NOW).exit, 0);
    assert_eq!(workspace.at("2026-08-10T00:30:00Z", NOW).exit, 4);
    assert_eq!(workspace.keys().len(), 2);
}

#[test]
fn nothing_else_of_the_workspace_changes() {
    let other = ROTATED_KEY.replace("production", "other").replace("chk_", "oth_").replace("key.env", "other.env");
    let mut workspace = Workspace::new(&[TEAM, ROTATED_KEY, &other].concat());
    let team = TEAM.replace("Alice", "Ann").replace("{user: alice}", "{user: alice, description: new}");
    let unrelated = "---\napiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: ledger}\nspec: {}\n";
    let key = ROTATED_KEY.replace("plan: gold", "plan: gold\n  settings: {status: disabled}");
    fs::write(workspace.path("m.yaml"), [&team, &key, &other, unrelated].concat()).unwrap();
    let ran = workspace.at("2027-08-10T00:00:00Z", NOW);
    assert!(ran.exit == 0 && !ran.out.contains("ledger") && !ran.out.contains("key/other"), "{}{}", ran.out, ran.err);
    assert_eq!(workspace.statuses(), ["active", "active", "disabled"], "{}", ran.out);
    let again = workspace.at("2027-08-10T00:00:00Z", "plan");
    assert!(again.out.contains("package/ledger") && again.out.contains("key/other"), "{}", again.out);
}

/// A person disabled the key because it leaked. Its successor needs consent, and the leaked key stays disabled.
#[test]
fn the_successor_of_a_disabled_key_does_not_bring_it_back() {
    let key = ROTATED_KEY.replace("plan: gold", "plan: gold\n  settings: {status: active}");
    let mut workspace = Workspace::new(&[TEAM, &key].concat());
    let database = Connection::open(workspace.path(".keywright/keywright.db")).unwrap();
    let sql = "UPDATE package_keys SET attributes = json_set(attributes, '$.\"settings.status\"', 'disabled')";
    assert_eq!(database.execute(sql, []).unwrap(), 1);
    let ran = workspace.at("2026-08-10T00:00:00Z", NOW);
    assert!(ran.exit == 4 && ran.err.contains("KW-125"), "{}{}", ran.out, ran.err);
    let ran = workspace.at("2026-08-10T00:00:00Z", &format!("{NOW} --allow key/production"));
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert_eq!(workspace.statuses(), ["disabled", "active"]);
    assert_eq!(workspace.at("2026-08-10T01:00:00Z", "apply --auto-approve").exit, 0);
    assert_eq!(workspace.statuses(), ["disabled", "active"]);
}

/// The answer to the create takes forever: before the key is made, or after. The same command and `apply` both settle it.
#[test]
fn a_run_that_is_killed_at_its_create_leaves_one_successor() {
    for kind in ["delay-1000s", "drip-1000s"] {
        for next in ["rotate", "apply"] {
            let what = format!("{kind}, then {next}");
            let world = World::new(&[TEAM, ROTATED_KEY].concat());
            let limits = "{callsPerSecond: 1000, visibilityLag: 1s}";
            // The first apply has five writes.
            let area = world.area(&["--now", "2026-11-21T12:00:00Z", "--fault", &format!("{kind}@w6")]);
            world.point_at(&area, limits, "");
            let applied = world.apply();
            assert_eq!(applied.exit, 0, "{what}: {}", applied.text);
            let before = intended(&world.workspace());
            let rotate = ["rotate", "key/production", "--auto-approve", "--filename"];
            let was_killed = killed_when(&mut world.command(&rotate), || {
                intended(&world.workspace()) > before && (kind == "delay-1000s" || committed(&area) > 5)
            });
            assert!(was_killed, "{what}: the run ended by itself");
            let was_created = world.keys() == 2;
            assert_eq!(was_created, kind == "drip-1000s", "{what}");
            let said = if next == "rotate" { world.keywright(&rotate) } else { world.apply() };
            let expected = if next == "rotate" || was_created { 2 } else { 1 };
            assert_eq!(world.keys(), expected, "{what}: {}", said.text);
            let exit = if next == "rotate" && was_created { 4 } else { 0 };
            assert_eq!(said.exit, exit, "{what}: {}", said.text);
            world.assert_settled(&what);
            let delivered = fs::read_to_string(world.workspace().join("secrets/key.env")).unwrap();
            assert_eq!(delivered, format!("CHECKOUT_KEY={}\n", newest(&world)), "{what}");
        }
    }
}

/// The value of the newest key of the area.
fn newest(world: &World) -> String {
    let area = Connection::open(world.path().join("area.db")).unwrap();
    area.query_row("SELECT value FROM package_keys ORDER BY created DESC", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_plan_for_a_later_time_writes_nothing() {
    let mut workspace = Workspace::new(&[TEAM, ROTATED_KEY].concat());
    let (database, runs) = (".keywright/keywright.db", workspace.at("2026-08-02T00:00:00Z", "runs").out);
    let before = fs::read(workspace.path(database)).unwrap();
    let ran = workspace.at("2026-08-02T00:00:00Z", "plan --at 2027-01-01");
    assert!(ran.exit == 0 && ran.out.contains("1 to create"), "{}{}", ran.out, ran.err);
    assert_eq!(fs::read(workspace.path(database)).unwrap(), before);
    assert_eq!(workspace.at("2026-08-02T00:00:00Z", "runs").out, runs);
    assert_eq!(workspace.statuses(), ["active"]);
}
