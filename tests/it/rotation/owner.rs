//! Keys of a user whom a person disabled, below a manifest that does not say the user's status: the step that a message
//! names works.

use std::fs;

use super::Overlap;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

const DISABLED: &str = "UPDATE users SET attributes = json_set(attributes, '$.status', 'disabled')";

fn silent() -> String {
    TEAM.replace(", status: active", "")
}

#[test]
fn a_successor_or_a_new_key_needs_the_users_consent_and_the_status_in_the_manifest() {
    let other = ROTATED_KEY.replace("production", "other").replace("chk_", "oth_").replace("key.env", "other.env");
    for (now, more, rule, exit) in
        [("2026-11-01T00:00:00Z", "", "error[KW-125]", 4), ("2026-08-10T00:00:00Z", &*other, "error[CAM-034]", 3)]
    {
        let mut overlap = Overlap::begin();
        overlap.by_hand(DISABLED);
        fs::write(overlap.path("m.yaml"), [&*silent(), ROTATED_KEY, more].concat()).unwrap();
        for allow in ["", " --allow user/alice", " --allow key/production --allow key/other"] {
            let ran = overlap.at(now, &format!("apply --auto-approve{allow}"));
            let text = [&*ran.out, &*ran.err].concat();
            assert_eq!((ran.exit, overlap.statuses().len()), (exit, 1), "{allow} {text}");
            assert_eq!(text.matches("error[").count(), 1, "{text}");
            assert!(text.contains(rule) && text.contains("write `status: active` in "), "{text}");
            assert!(text.contains("and allow it with --allow user/alice"), "{text}");
        }
        fs::write(overlap.path("m.yaml"), [TEAM, ROTATED_KEY, more].concat()).unwrap();
        let ran = overlap.at(now, "apply --auto-approve --allow user/alice");
        assert_eq!((ran.exit, overlap.statuses().len()), (0, 2), "{}{}", ran.out, ran.err);
    }
}

/// A user of another workspace: only the store can enable it.
#[test]
fn a_user_that_is_not_declared_is_enabled_in_the_store() {
    let mut overlap = Overlap::begin();
    overlap.by_hand(DISABLED);
    let others = TEAM.split_once("---\n").unwrap().1;
    fs::write(overlap.path("m.yaml"), [others, ROTATED_KEY].concat()).unwrap();
    let ran = overlap.at("2026-11-01T00:00:00Z", "apply --auto-approve --allow user/alice");
    assert!(ran.exit == 4 && ran.err.contains("then enable user/alice in the store"), "{}{}", ran.out, ran.err);
    overlap.by_hand("UPDATE users SET attributes = json_set(attributes, '$.status', 'active')");
    assert_eq!(overlap.at("2026-11-02T00:00:00Z", "apply --auto-approve").exit, 0);
}

/// The service does not disable the keys of a user who waits again, but they cannot be used.
#[test]
fn a_user_whom_a_person_set_to_waiting_is_named_and_gets_no_successor() {
    let mut overlap = Overlap::begin();
    fs::write(overlap.path("m.yaml"), [&*silent(), ROTATED_KEY].concat()).unwrap();
    assert_eq!(overlap.at("2026-08-02T00:00:00Z", "apply --auto-approve").exit, 0);
    overlap.by_hand("UPDATE users SET attributes = json_set(attributes, '$.status', 'waiting')");
    let step = "write `status: active` in the manifest of user/alice, and allow it with --allow user/alice";
    let names = "warning[CAM-077]: user/alice is waiting in the store, so calls with 1 key fail: key/production";
    let asks = "error[KW-125]: key/production would be created for user/alice, who is waiting in the store";
    for (now, command, exit, words) in [
        ("2026-08-10T00:00:00Z", "plan", 0, names),
        ("2026-08-10T00:00:00Z", "apply --auto-approve", 0, names),
        ("2026-11-10T00:00:00Z", "plan", 4, asks),
        ("2026-11-10T00:00:00Z", "apply --auto-approve --allow key/production", 4, asks),
        ("2026-11-10T00:00:00Z", "rotate key/production --auto-approve", 4, asks),
    ] {
        let ran = overlap.at(now, command);
        let text = [&*ran.out, &*ran.err].concat();
        assert_eq!((ran.exit, overlap.statuses().len()), (exit, 1), "{command} {text}");
        assert!(text.contains(words) && text.contains(step), "{command} {text}");
    }
    // The step of the messages.
    fs::write(overlap.path("m.yaml"), [TEAM, ROTATED_KEY].concat()).unwrap();
    let ran = overlap.at("2026-11-10T00:00:00Z", "apply --auto-approve");
    assert_eq!((ran.exit, overlap.statuses().len()), (4, 1), "{}{}", ran.out, ran.err);
    let ran = overlap.at("2026-11-10T00:00:00Z", "apply --auto-approve --allow user/alice");
    assert_eq!((ran.exit, overlap.statuses().len()), (0, 2), "{}{}", ran.out, ran.err);
    assert!(!ran.err.contains("CAM-077"), "{}", ran.err);
}

/// What the question about a disabled user offers instead of consent.
#[test]
fn a_disabled_user_stays_disabled_by_the_step_that_the_message_names() {
    let mut overlap = Overlap::begin();
    overlap.by_hand(DISABLED);
    let ran = overlap.at("2026-08-10T00:00:00Z", "apply --auto-approve");
    let step = "or write `status: disabled` and remove the manifests of the user's keys";
    assert!(ran.exit == 4 && ran.err.contains(step), "{}{}", ran.out, ran.err);
    fs::write(overlap.path("m.yaml"), TEAM.replace("status: active", "status: disabled")).unwrap();
    let ran = overlap.at("2026-08-11T00:00:00Z", "apply --auto-approve");
    assert_eq!((ran.exit, overlap.statuses().len()), (0, 1), "{}{}", ran.out, ran.err);
}
