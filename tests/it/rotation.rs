//! An old generation of a key is retired only behind a successor that callers can use and have. Other hands change the
//! store and the delivered file: SQL, and the file system.

mod clock;
mod ends;
mod left;
mod owner;
mod parked;
mod people;
mod replaced;
mod switched_off;
mod unserved;
mod waits;

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::console::Console;
use crate::console::Ran;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

/// A workspace with an old and a new generation of its key, in the overlap of ten days.
struct Overlap {
    folder: TempDir,
    console: Console,
}

impl Overlap {
    fn new() -> Self {
        let mut overlap = Self::begin();
        let ran = overlap.at("2026-11-01T00:00:00Z", "apply --auto-approve");
        assert!(ran.exit == 0 && ran.out.contains("rotation: the current key is"), "{}", ran.out);
        overlap
    }

    /// The same before the new generation.
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut console = Console::new(folder.path().to_path_buf());
        fs::write(folder.path().join("m.yaml"), [TEAM, ROTATED_KEY].concat()).unwrap();
        console.now = "2026-08-01T00:00:00Z".into();
        assert_eq!(console.run("apply --auto-approve").exit, 0);
        Self { folder, console }
    }

    fn at(&mut self, now: &str, arguments: &str) -> Ran {
        self.console.now = now.into();
        self.console.run(arguments)
    }

    fn by_hand(&self, sql: &str) {
        let database = Connection::open(self.path(".keywright/keywright.db")).unwrap();
        assert_eq!(database.execute(sql, []).unwrap(), 1, "{sql}");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The statuses of the keys, oldest first.
    fn statuses(&self) -> Vec<String> {
        let database = Connection::open(self.path(".keywright/keywright.db")).unwrap();
        let sql = "SELECT json_extract(attributes, '$.\"settings.status\"') FROM package_keys ORDER BY created";
        let mut statement = database.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// Fails unless a late run leaves the old key alone and says why.
    fn keeps_the_old_key(&mut self, why: &str) {
        let before = self.statuses();
        let ran = self.at("2027-01-10T00:00:00Z", "plan");
        assert!(ran.out.contains(why), "{}", ran.out);
        self.at("2027-01-10T00:00:00Z", "apply --auto-approve");
        assert_eq!(self.statuses()[0], before[0]);
    }
}

const SET_NEW: &str = "WHERE created = (SELECT max(created) FROM package_keys)";

fn set_status(status: &str) -> String {
    format!("UPDATE package_keys SET attributes = json_set(attributes, '$.\"settings.status\"', '{status}') {SET_NEW}")
}

#[test]
fn nothing_is_retired_behind_a_successor_that_waits_for_approval() {
    let mut overlap = Overlap::new();
    overlap.by_hand(&set_status("waiting"));
    overlap.keeps_the_old_key("not retired, because its successor key/production is waiting for approval");
}

#[test]
fn nothing_is_retired_behind_a_successor_that_a_person_disabled() {
    let mut overlap = Overlap::new();
    overlap.by_hand(&set_status("disabled"));
    overlap.keeps_the_old_key("not retired, because its successor key/production is not active");
}

#[test]
fn nothing_is_retired_behind_a_successor_whose_file_holds_another_value() {
    let mut overlap = Overlap::new();
    fs::write(overlap.path("secrets/key.env"), "CHECKOUT_KEY=not-a-real-key\n").unwrap();
    overlap.keeps_the_old_key("not retired, because its successor key/production is not known to be delivered");
}

/// A run that comes months late takes one step at a time: the grace counts from the disabling.
#[test]
fn a_late_run_disables_and_only_a_later_one_deletes() {
    let mut overlap = Overlap::new();
    let ran = overlap.at("2026-11-10T00:00:00Z", "plan");
    assert!(ran.out.contains("the rotation disables it from 2026-11-15 00:00 UTC on"), "{}", ran.out);
    overlap.at("2027-01-10T00:00:00Z", "apply --auto-approve");
    assert_eq!(overlap.statuses(), ["disabled", "active"]);
    let ran = overlap.at("2027-01-11T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && ran.out.contains("the rotation deletes it from 2027-01-17 00:00 UTC on"), "{}", ran.out);
    assert_eq!(overlap.statuses().len(), 2);
    overlap.at("2027-01-18T00:00:00Z", "apply --auto-approve");
    assert_eq!(overlap.statuses(), ["active"]);
}

#[test]
fn a_saved_plan_retires_nothing_behind_a_successor_that_stopped_working() {
    let mut overlap = Overlap::new();
    let ran = overlap.at("2026-11-20T00:00:00Z", "plan --out p.json");
    assert!(ran.out.contains("1 to disable"), "{}", ran.out);
    overlap.by_hand(&set_status("disabled"));
    let ran = overlap.at("2026-11-20T00:00:00Z", "apply p.json");
    assert!(
        ran.exit == 5 && ran.out.contains("because its successor key/production is not active"),
        "{}{} {}",
        ran.out,
        ran.err,
        ran.exit
    );
    assert_eq!(overlap.statuses(), ["active", "disabled"]);
}

/// Rotation retires what it replaced, so its disables and deletes are no accident of many.
#[test]
fn many_keys_of_one_age_are_retired_without_the_guard_for_mass_deletes() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = Console::new(folder.path().to_path_buf());
    let keys = (0..12).map(|number| {
        ROTATED_KEY
            .replace("production", &format!("k{number}"))
            .replace("chk_", &format!("k{number}_"))
            .replace("key.env", &format!("{number}.env"))
    });
    fs::write(folder.path().join("m.yaml"), [TEAM.to_owned()].into_iter().chain(keys).collect::<String>()).unwrap();
    let ends = ["2026-08-01", "2026-11-01", "2026-11-20"];
    for day in ends {
        console.now = format!("{day}T00:00:00Z");
        assert_eq!(console.run("apply --auto-approve").exit, 0, "{day}");
    }
    console.now = "2026-11-28T00:00:00Z".into();
    let ran = console.run("apply --auto-approve");
    assert!(ran.exit == 0 && ran.out.contains("12 changes done"), "{}{}", ran.out, ran.err);
}

/// A value that cannot be delivered is not followed by further ones: each would stay, because none retires another.
#[test]
fn a_key_that_is_delivered_nowhere_gets_no_successor() {
    let mut overlap = Overlap::new();
    let long = format!("secrets/{}.env", "a".repeat(300));
    fs::write(overlap.path("m.yaml"), [TEAM, &ROTATED_KEY.replace("secrets/key.env", &long)].concat()).unwrap();
    for month in 1..=12 {
        let ran = overlap.at(&format!("2027-{month:02}-01T00:00:00Z"), "apply --auto-approve");
        assert_eq!(ran.exit, 6, "{}{}", ran.out, ran.err);
    }
    assert_eq!(overlap.statuses(), ["active", "active"]);
    let ran = overlap.at("2027-12-02T00:00:00Z", "plan");
    assert!(ran.out.contains("its successor is created after its value is delivered"), "{}", ran.out);
    fs::write(overlap.path("m.yaml"), [TEAM, ROTATED_KEY].concat()).unwrap();
    let ran = overlap.at("2027-12-03T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && ran.out.contains("+ key/production"), "{}{}", ran.out, ran.err);
}

/// The value of a successor that does not work would cut off the callers of the key that does.
#[test]
fn a_value_that_does_not_work_is_not_written_over_one_that_does() {
    let mut overlap = Overlap::new();
    let new = fs::read_to_string(overlap.path("secrets/key.env")).unwrap();
    let database = Connection::open(overlap.path(".keywright/keywright.db")).unwrap();
    let sql = "SELECT value FROM package_keys ORDER BY created LIMIT 1";
    let old: String = database.query_row(sql, [], |row| row.get(0)).unwrap();
    let old = format!("CHECKOUT_KEY={old}\n");
    fs::write(overlap.path("secrets/key.env"), &old).unwrap();
    overlap.by_hand(&set_status("waiting"));
    let ran = overlap.at("2026-11-10T00:00:00Z", "apply --auto-approve");
    let why = "waiting for approval, so its value is not delivered to 1 place with another key that works";
    assert!(ran.exit == 0 && ran.out.contains(why), "{}{}", ran.out, ran.err);
    assert_eq!(fs::read_to_string(overlap.path("secrets/key.env")).unwrap(), old);
    overlap.by_hand(&set_status("active"));
    let ran = overlap.at("2026-11-11T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && ran.out.contains("delivered to secrets/key.env"), "{}{}", ran.out, ran.err);
    assert_eq!(fs::read_to_string(overlap.path("secrets/key.env")).unwrap(), new);
}

/// Both keys are of one application and package, and one waits for consent for months.
#[test]
fn a_key_that_waits_for_consent_keeps_no_other_key_from_its_rotation() {
    let mut overlap = Overlap::new();
    let other = ROTATED_KEY.replace("production", "other").replace("chk_", "oth_").replace("key.env", "other.env");
    fs::write(overlap.path("m.yaml"), [TEAM, ROTATED_KEY, &other].concat()).unwrap();
    assert_eq!(overlap.at("2026-11-02T00:00:00Z", "apply --auto-approve").exit, 0);
    overlap.by_hand(&set_status("disabled"));
    let ran = overlap.at("2027-02-20T00:00:00Z", "apply --auto-approve");
    assert!(
        ran.exit == 4 && ran.err.contains("KW-125") && ran.out.contains("done     ! key/"),
        "{}{}",
        ran.out,
        ran.err
    );
    assert_eq!(overlap.statuses(), ["disabled", "active", "disabled", "active"]);
}
