//! Rotations that must not stall in silence: no generation works, or another program resets the place before each run.

use std::fs;

use super::Overlap;
use super::SET_NEW;
use super::set_status;
use crate::console::Ran;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

fn check(ran: &Ran, exit: u8, words: &[&str]) {
    let text = format!("{}{}", ran.out, ran.err);
    assert_eq!(i32::from(ran.exit), i32::from(exit), "{text}");
    for word in words {
        assert!(text.contains(word), "{word}: {text}");
    }
}

const UNSERVED: &str = "warning[CAM-073]: no generation of key/production works: the current one";
const ROTATE: &str = "rotate key/production --allow key/production --auto-approve";

/// The newest generation was deleted by a person, and a machine without memory sees only its disabled predecessor. The key
/// of another program with the prefix works, and its value may be at the places.
#[test]
fn a_disabled_generation_beside_the_key_of_another_program_is_no_silent_stall() {
    let mut overlap = Overlap::new();
    overlap.at("2026-11-20T00:00:00Z", "apply --auto-approve");
    assert_eq!(overlap.statuses(), ["disabled", "active"]);
    overlap.by_hand(&format!("DELETE FROM package_keys {SET_NEW}"));
    overlap.by_hand(
        "INSERT INTO package_keys (id, application, package, plan, value, attributes, created, updated) SELECT 'other', \
         application, package, plan, 'chk_by.hand.1', json_set(attributes, '$.\"settings.status\"', 'active'), created + 1, \
         updated FROM package_keys LIMIT 1",
    );
    overlap.forget();
    fs::remove_file(overlap.path("secrets/key.env")).unwrap();
    // A successor is due, so the plan asks.
    let due = overlap.at("2026-11-21T00:00:00Z", "plan");
    check(&due, 4, &["KW-125", "--allow key/production"]);
    // None is due: the warning says what helps.
    let every = ROTATED_KEY.replace("every: 90d", "every: 900d");
    fs::write(overlap.path("m.yaml"), [TEAM, &every].concat()).unwrap();
    let silent = overlap.at("2026-11-22T00:00:00Z", "apply --auto-approve");
    let kept = "not active, so its value is not delivered to 1 place that may have another key that works";
    check(&silent, 0, &[UNSERVED, "is disabled in the store", "keywright rotate key/production --allow", kept]);
    let rotated = overlap.at("2026-11-23T00:00:00Z", ROTATE);
    check(&rotated, 0, &["delivered to secrets/key.env"]);
    let after = overlap.at("2026-11-24T00:00:00Z", "apply --auto-approve");
    check(&after, 0, &[]);
    assert!(!after.err.contains("CAM-073"), "{}", after.err);
}

#[test]
fn a_generation_that_a_person_ended_is_no_silent_stall() {
    let mut overlap = Overlap::begin();
    overlap.by_hand("UPDATE package_keys SET attributes = json_set(attributes, '$.expires', '2026-08-05')");
    let silent = overlap.at("2026-08-10T00:00:00Z", "apply --auto-approve");
    check(&silent, 0, &[UNSERVED, "has ended in the store", "write its end in `expires`"]);
    check(&overlap.at("2026-08-10T00:00:00Z", ROTATE), 0, &["delivered to secrets/key.env"]);
    assert!(!overlap.at("2026-08-11T00:00:00Z", "plan").err.contains("CAM-073"));
}

#[test]
fn a_manifest_that_says_that_its_key_is_disabled_is_silent() {
    let mut overlap = Overlap::begin();
    overlap.by_hand(&set_status("disabled"));
    check(&overlap.at("2026-08-10T00:00:00Z", "plan"), 0, &[UNSERVED]);
    let key = ROTATED_KEY.replace("  deliver:", "  settings: {status: disabled}\n  deliver:");
    fs::write(overlap.path("m.yaml"), [TEAM, &key].concat()).unwrap();
    let ran = overlap.at("2026-08-10T00:00:00Z", "plan");
    assert!(!ran.err.contains("CAM-073"), "{}", ran.err);
}

/// The value arrived once, so its successor arrives too. A place that never received it does stop the rotation.
#[test]
fn a_place_that_another_program_resets_before_each_run_does_not_stop_the_rotation() {
    let mut overlap = Overlap::begin();
    for day in ["2026-08-02", "2026-10-01", "2026-11-02", "2026-11-03"] {
        fs::write(overlap.path("secrets/key.env"), "CHECKOUT_KEY=not-a-real-key\n").unwrap();
        check(&overlap.at(&format!("{day}T00:00:00Z"), "apply --auto-approve"), 0, &["delivered to secrets/key.env"]);
    }
    assert_eq!(overlap.statuses(), ["active", "active"]);
}
