//! What people and other programs did to the generations of a key: they made one by hand, deleted one, ended one, or
//! switched off what it depends on.

use std::fs;

use rusqlite::Connection;

use super::Overlap;
use super::SET_NEW;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

/// A second client makes a key in the slot, `days` after 1970.
fn make(overlap: &Overlap, id: &str, value: &str, days: i64) {
    let sql = format!(
        "INSERT INTO package_keys (id, application, package, plan, value, attributes, created, updated) SELECT '{id}', \
         application, package, plan, '{value}', json_set(attributes, '$.\"settings.status\"', 'active'), {0}, {0} FROM \
         package_keys LIMIT 1",
        days * 86_400_000
    );
    overlap.by_hand(&sql);
}

/// 2026-01-01.
const NEW_YEAR: i64 = 20_454;

#[test]
fn a_key_that_was_there_before_the_manifest_is_never_retired_until_it_is_declared_as_the_first_generation() {
    let mut overlap = Overlap::begin();
    // The memory of an earlier apply knows that it found the key, and did not make it.
    overlap.by_hand("UPDATE objects SET maker = 'other' WHERE kind = 'PackageKey'");
    let ran = overlap.at("2026-11-01T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && ran.out.contains("rotation: the current key is"), "{}{}", ran.out, ran.err);
    let ran = overlap.at("2027-01-10T00:00:00Z", "apply --auto-approve");
    assert!(
        ran.exit == 0 && ran.err.contains("CAM-067") && ran.out.contains("Nothing to do"),
        "{}{}",
        ran.out,
        ran.err
    );
    assert_eq!(overlap.statuses(), ["active", "active"]);
    let id = overlap.first_id();
    let allowed = overlap.at("2027-01-10T00:00:00Z", &format!("plan --allow key/alice/checkout/payments@{id}"));
    assert!(allowed.exit == 0 && allowed.out.contains("Plan: 1 to disable"), "{}{}", allowed.out, allowed.err);
    let ran = overlap.at("2027-01-10T00:00:00Z", "export --undeclared");
    assert!(ran.out.contains(&format!("existing: \"{id}\"")), "{}{}", ran.out, ran.err);
    let declared =
        ROTATED_KEY.replace("{generate: {prefix: chk_}}", &format!("{{existing: {id}, generate: {{prefix: chk_}}}}"));
    fs::write(overlap.path("m.yaml"), [TEAM, &declared].concat()).unwrap();
    let ran = overlap.at("2027-01-10T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && !ran.err.contains("CAM-067") && !ran.err.contains("CAM-068"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["disabled", "active"]);
}

#[test]
fn a_key_that_a_person_made_is_not_pruned_without_consent() {
    let mut overlap = Overlap::new();
    make(&overlap, "by-hand", "chk_not-a-real-key-00001", NEW_YEAR);
    overlap.at("2026-11-02T00:00:00Z", "apply --auto-approve");
    overlap.by_hand("UPDATE objects SET maker = 'other' WHERE kind = 'PackageKey' AND id = 'by-hand'");
    let settings =
        "apiVersion: keywright.dev/v1\nkind: Workspace\nspec: {ownership: {packageKeys: ofDeclaredApplications}}\n";
    fs::write(overlap.path("keywright.yaml"), settings).unwrap();
    let ran = overlap.at("2026-11-03T00:00:00Z", "apply --auto-approve --prune");
    assert!(ran.exit == 4 && ran.err.contains("KW-110") && ran.err.contains("@by-hand"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "active", "active"]);
}

/// Nobody who watches the file gets the value of a key that a person made for themselves.
#[test]
fn a_newer_key_that_a_person_made_is_not_delivered() {
    for value in ["chk_debug", "chk_not-a-real-key-00002"] {
        let mut overlap = Overlap::new();
        let file = || fs::read_to_string(overlap.folder.path().join("secrets/key.env")).unwrap();
        let before = file();
        make(&overlap, "by-hand", value, NEW_YEAR + 308);
        let path = overlap.path("secrets/key.env");
        for now in ["2026-11-10T00:00:00Z", "2026-11-16T00:00:00Z"] {
            let ran = overlap.at(now, "apply --auto-approve");
            assert!(ran.exit == 0 && ran.err.contains("CAM-067"), "{}{}", ran.out, ran.err);
            assert_eq!(fs::read_to_string(&path).unwrap(), before);
        }
        assert_eq!(overlap.statuses(), ["disabled", "active", "active"], "{value}");
        overlap.at("2026-11-16T00:00:00Z", "apply --auto-approve --allow key/alice/checkout/payments@by-hand");
        assert_eq!(fs::read_to_string(&path).unwrap(), before, "consent is for a retirement");
    }
}

/// A runner without memory goes by prefix and length, and says so when that retires a key.
#[test]
fn without_memory_only_a_key_of_the_length_of_generated_values_is_retired() {
    let mut overlap = Overlap::new();
    make(&overlap, "by-hand", "chk_debug", NEW_YEAR);
    overlap.forget();
    let ran = overlap.at("2026-11-20T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && ran.err.contains("CAM-067") && ran.err.contains("CAM-068"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "disabled", "active"]);
}

/// The superseded value does not come back; a new one does.
#[test]
fn a_deleted_newest_generation_is_followed_by_a_new_one() {
    let mut overlap = Overlap::new();
    overlap.at("2026-11-20T00:00:00Z", "apply --auto-approve");
    assert_eq!(overlap.statuses(), ["disabled", "active"]);
    let before = fs::read_to_string(overlap.path("secrets/key.env")).unwrap();
    overlap.by_hand(&format!("DELETE FROM package_keys {SET_NEW}"));
    let ran = overlap.at("2026-11-22T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && ran.out.contains("the newest generation is gone"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["disabled", "active"]);
    assert_ne!(fs::read_to_string(overlap.path("secrets/key.env")).unwrap(), before);
    let ran = overlap.at("2026-11-22T01:00:00Z", "plan");
    assert!(ran.exit == 0 && ran.out.contains("Nothing to do"), "{}{}", ran.out, ran.err);
}

#[test]
fn nothing_is_retired_behind_a_successor_that_is_about_to_end() {
    let mut overlap = Overlap::new();
    let manifest = [TEAM, &ROTATED_KEY.replace("  rotation:", "  expires: 2027-01-20\n  rotation:")].concat();
    fs::write(overlap.path("m.yaml"), manifest).unwrap();
    overlap.by_hand(&format!(
        "UPDATE package_keys SET attributes = json_set(attributes, '$.expires', '2027-01-20') {SET_NEW}"
    ));
    overlap.keeps_the_old_key("not retired, because its successor key/production is about to end");
}

#[test]
fn nothing_is_retired_behind_a_successor_in_an_inactive_package_plan() {
    let mut overlap = Overlap::new();
    overlap.by_hand("UPDATE plans SET attributes = json_set(attributes, '$.status', 'inactive')");
    overlap.keeps_the_old_key("because its successor key/production is in a package plan that is not active");
}

#[test]
fn nothing_is_retired_behind_a_successor_of_a_disabled_user() {
    let mut overlap = Overlap::new();
    overlap.by_hand("UPDATE users SET attributes = json_set(attributes, '$.status', 'disabled')");
    overlap.keeps_the_old_key("because its successor key/production is of a disabled user");
}

/// The word `elsewhere` delivers nothing: whoever reads the file has the old value.
#[test]
fn deliver_elsewhere_does_not_retire_the_key_whose_value_the_file_received_last() {
    let mut overlap = Overlap::begin();
    overlap.at("2026-11-01T00:00:00Z", "apply --auto-approve --no-deliver");
    let text = fs::read_to_string(overlap.path("m.yaml")).unwrap();
    let listed = "deliver: [{file: secrets/key.env, as: CHECKOUT_KEY}]";
    fs::write(overlap.path("m.yaml"), text.replace(listed, "deliver: elsewhere")).unwrap();
    overlap.keeps_the_old_key("the last file that Keywright wrote for it has this value");
    let allow = format!("apply --auto-approve --allow key/alice/checkout/payments@{}", overlap.first_id());
    let ran = overlap.at("2027-01-10T00:00:00Z", &allow);
    assert!(ran.exit == 0, "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["disabled", "active"]);
}

impl Overlap {
    pub(super) fn first_id(&self) -> String {
        let database = Connection::open(self.path(".keywright/keywright.db")).unwrap();
        let sql = "SELECT id FROM package_keys ORDER BY created LIMIT 1";
        database.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// As on a new machine.
    pub(super) fn forget(&self) {
        let database = Connection::open(self.path(".keywright/keywright.db")).unwrap();
        for table in ["writes", "runs", "untaken", "objects", "creates", "receipts", "applied"] {
            database.execute(&format!("DELETE FROM {table}"), []).unwrap();
        }
    }
}

/// With an empty database, the place of delivery shows which key the callers have.
#[test]
fn without_memory_a_newer_key_that_a_person_made_replaces_none_that_is_delivered() {
    let mut overlap = Overlap::new();
    let path = overlap.path("secrets/key.env");
    let before = fs::read_to_string(&path).unwrap();
    make(&overlap, "by-hand", "chk_not-a-real-key-00003", NEW_YEAR + 308);
    overlap.forget();
    for now in ["2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "2026-12-20T00:00:00Z"] {
        let ran = overlap.at(now, "apply --auto-approve");
        assert!(ran.err.contains("CAM-067") && ran.err.contains("@by-hand"), "{now}: {}{}", ran.out, ran.err);
        assert!(ran.exit == 0 && ran.err.contains("--deliver key/production"), "{now}: {}{}", ran.out, ran.err);
        assert_eq!(fs::read_to_string(&path).unwrap(), before, "{now}");
        let statuses = overlap.statuses();
        assert_eq!(statuses[statuses.len() - 2..], ["active", "active"], "{now}");
    }
    // The callers lose a value that works.
    let ran = overlap.at("2026-12-21T00:00:00Z", "apply --auto-approve --deliver key/production");
    assert!(ran.exit == 4 && ran.err.contains("KW-134"), "{}{}", ran.out, ran.err);
    let consent = "apply --auto-approve --deliver key/production --allow key/production";
    let ran = overlap.at("2026-12-21T00:00:00Z", consent);
    assert!(ran.exit == 0, "{}{}", ran.out, ran.err);
    assert!(fs::read_to_string(&path).unwrap().contains("key-00003"), "{}{}", ran.out, ran.err);
}

/// A consent retires the key after the overlap, also a newer one; before that, the run says that it has no effect.
#[test]
fn a_consent_retires_a_key_that_a_person_made_or_says_why_not() {
    let mut overlap = Overlap::new();
    make(&overlap, "by-hand", "chk_not-a-real-key-00004", NEW_YEAR + 308);
    let allow = "apply --auto-approve --allow key/alice/checkout/payments@by-hand";
    let ran = overlap.at("2026-11-10T00:00:00Z", allow);
    assert!(ran.exit == 0 && ran.err.contains("CAM-070"), "{}{}", ran.out, ran.err);
    assert!(!ran.err.contains("KW-021") && ran.err.contains("has no effect in this run"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "active", "active"]);
    let ran = overlap.at("2026-11-16T00:00:00Z", allow);
    assert!(ran.exit == 0 && !ran.err.contains("CAM-070"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["disabled", "active", "disabled"]);
}

#[test]
fn an_old_generation_that_has_ended_does_not_work_beside_the_new_one() {
    let mut overlap = Overlap::new();
    overlap.by_hand(
        "UPDATE package_keys SET attributes = json_set(attributes, '$.expires', '2026-11-02') WHERE created = (SELECT \
         min(created) FROM package_keys)",
    );
    let ran = overlap.at("2026-11-10T00:00:00Z", "plan");
    assert!(ran.out.contains("the old one no longer works, and the rotation disables it"), "{}{}", ran.out, ran.err);
}

/// 2026-09-01.
const SEPTEMBER: i64 = NEW_YEAR + 243;

/// The key that showed that another one is no generation goes with its own rotation.
#[test]
fn a_key_that_was_set_apart_stays_after_the_key_beside_which_it_was_made_is_deleted() {
    let mut overlap = Overlap::begin();
    make(&overlap, "by-hand", "chk_not-a-real-key-00005", SEPTEMBER);
    for day in ["2026-09-02", "2026-11-01", "2026-11-20", "2026-11-28", "2026-11-29", "2026-12-20"] {
        let ran = overlap.at(&format!("{day}T00:00:00Z"), "apply --auto-approve");
        assert!(ran.exit == 0 && ran.err.contains("CAM-067"), "{day}: {}{}", ran.out, ran.err);
    }
    assert_eq!(overlap.statuses(), ["active", "active"]);
    let allow = "apply --auto-approve --allow key/alice/checkout/payments@by-hand";
    assert_eq!(overlap.at("2026-12-21T00:00:00Z", allow).exit, 0);
    assert_eq!(overlap.statuses(), ["disabled", "active"]);
    assert_eq!(overlap.at("2027-01-02T00:00:00Z", "apply --auto-approve").exit, 0);
    assert_eq!(overlap.statuses(), ["active"]);
}

#[test]
fn a_key_that_was_set_apart_is_not_delivered_when_ours_is_gone() {
    let mut overlap = Overlap::begin();
    make(&overlap, "by-hand", "chk_not-a-real-key-00006", SEPTEMBER);
    overlap.at("2026-09-02T00:00:00Z", "apply --auto-approve");
    overlap.by_hand("DELETE FROM package_keys WHERE id <> 'by-hand'");
    let ran = overlap.at("2026-09-03T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && ran.err.contains("CAM-067"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "active"]);
    let shown = fs::read_to_string(overlap.path("secrets/key.env")).unwrap();
    assert!(!shown.contains("key-00006"), "{}{}", ran.out, ran.err);
}

/// The backup does not know the key that `rotate` made against a leak, but the file shows it.
#[test]
fn a_database_from_a_backup_does_not_bring_back_the_value_before_a_rotation() {
    let mut overlap = Overlap::begin();
    let ran = overlap.at("2026-08-20T00:00:00Z", "rotate key/production --auto-approve");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    let new = fs::read_to_string(overlap.path("secrets/key.env")).unwrap();
    forget_the_newest(&overlap);
    let ran = overlap.at("2026-08-22T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && !ran.err.contains("CAM-067"), "{}{}", ran.out, ran.err);
    assert_eq!(fs::read_to_string(overlap.path("secrets/key.env")).unwrap(), new);
}

/// Each runner has a database and a disk of its own, and `rotation.since` asks both for a successor.
#[test]
fn the_successor_that_another_runner_made_because_of_since_is_a_generation() {
    let mut overlap = Overlap::begin();
    let path = overlap.path("secrets/key.env");
    let old = fs::read_to_string(&path).unwrap();
    let text = fs::read_to_string(overlap.path("m.yaml")).unwrap();
    fs::write(overlap.path("m.yaml"), text.replace("rotation: {", "rotation: {since: 2026-08-19, ")).unwrap();
    assert_eq!(overlap.at("2026-08-20T00:00:00Z", "apply --auto-approve").exit, 0);
    let new = fs::read_to_string(&path).unwrap();
    forget_the_newest(&overlap);
    fs::write(&path, old).unwrap();
    let ran = overlap.at("2026-08-21T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && !ran.err.contains("CAM-067"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "active"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), new, "{}{}", ran.out, ran.err);
}

/// Each runner has a database and a disk of its own, and the other one was first when the key was due.
#[test]
fn the_successor_that_another_runner_made_at_its_time_is_a_generation() {
    let mut overlap = Overlap::begin();
    let path = overlap.path("secrets/key.env");
    let old = fs::read_to_string(&path).unwrap();
    assert_eq!(overlap.at("2026-11-01T00:00:00Z", "apply --auto-approve").exit, 0);
    let new = fs::read_to_string(&path).unwrap();
    forget_the_newest(&overlap);
    fs::write(&path, old).unwrap();
    let ran = overlap.at("2026-11-02T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && !ran.err.contains("CAM-067"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "active"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), new, "{}{}", ran.out, ran.err);
}

/// The journal too knows what a run made.
fn forget_the_newest(overlap: &Overlap) {
    overlap.by_hand(&format!("DELETE FROM objects WHERE id = (SELECT id FROM package_keys {SET_NEW})"));
    overlap.by_hand("DELETE FROM writes WHERE action = 'create' AND run = (SELECT max(number) FROM runs)");
}

#[test]
fn a_newer_key_that_a_consent_disabled_never_becomes_the_current_one() {
    let mut overlap = Overlap::begin();
    make(&overlap, "by-hand", "chk_not-a-real-key-00007", SEPTEMBER);
    let ran = overlap.at("2026-09-02T00:00:00Z", "apply --auto-approve --allow key/alice/checkout/payments@by-hand");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "disabled"]);
    let ran = overlap.at("2026-09-03T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && ran.out.contains("the rotation deletes it"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.at("2026-09-20T00:00:00Z", "apply --auto-approve").exit, 0);
    assert_eq!(overlap.statuses(), ["active"]);
    let ran = overlap.at("2026-11-01T00:00:00Z", "apply --auto-approve");
    assert!(ran.out.contains("rotation: the current key is"), "{}{}", ran.out, ran.err);
}
