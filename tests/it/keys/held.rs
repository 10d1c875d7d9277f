//! What is due and what no run can do: it stays in the list, with the reason.

use std::fs;

use serde_json::Value;

use super::Story;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

const WAITS: &str = "UPDATE package_keys SET attributes = json_set(attributes, '$.\"settings.status\"', 'waiting')
                     WHERE id <> 'by-hand'";

/// The event of a document of `keys due`.
fn event(story: &Story, within: &str) -> Value {
    let due = story.keys(&format!("due --within {within} --only key/production"), 2);
    due[0]["events"][0].clone()
}

/// A person decides whether it is approved, so no run creates its successor.
#[test]
fn a_key_that_waits_for_approval_gets_no_successor_and_says_so() {
    let mut story = Story::new();
    story.by_hand(WAITS);
    let why = "no run creates it: the key waits for approval in the store";
    for (day, overdue) in [("2026-12-01", false), ("2027-03-20", true)] {
        story.later(day);
        let due = story.runs("keys due --within 120d --only key/production", 2).out;
        assert!(due.contains("gets a successor") && due.contains(why), "{due}");
        assert_eq!(due.contains("(overdue)"), overdue, "{due}");
        let event = event(&story, "120d");
        assert_eq!(event["overdue"], overdue);
        assert!(event["held"].as_str().unwrap().contains("waits for approval"), "{event}");
        let timeline = story.console.run("plan --timeline").out;
        assert!(timeline.contains("stays: ") && !timeline.contains("gets a successor"), "{timeline}");
    }
    // Until then it is announced.
    let calendar = story.runs("keys due --only key/production --format ics", 2).out;
    assert!(calendar.replace("\r\n ", "").contains("DESCRIPTION:no run creates it"), "{calendar}");
    // With consent in the manifest, the next run creates one.
    let active = ROTATED_KEY.replace("  key:", "  settings: {status: active}\n  key:");
    story.write("m.yaml", &format!("{TEAM}{active}"));
    assert!(event(&story, "30d").get("held").is_none());
}

/// The package gives no shared secrets any more.
#[test]
fn a_successor_that_would_get_no_shared_secret_stays_due() {
    let mut story = Story::new();
    let deliver = "deliver:\n  - {file: secrets/key.env, as: KEY}\n  - {file: secrets/s.env, as: S, secret: true}\n";
    let (before, _) = ROTATED_KEY.split_once("deliver: ").unwrap();
    let other = TEAM.split("---\n").filter(|part| !part.contains("kind: Package\n")).collect::<Vec<_>>().join("---\n");
    story.write("m.yaml", &format!("{other}{before}{deliver}"));
    story.later("2027-03-20");
    story.runs("apply --auto-approve", 6);
    for (within, line) in [("1d", "gets a successor (overdue)"), ("300d", "gets a successor (overdue)")] {
        let due = story.runs(&format!("keys due --within {within} --only key/production"), 2).out;
        assert!(due.contains(line), "{due}");
        assert!(
            due.contains("no run creates it: KW-167: the successor of key/production gets no shared secret"),
            "{due}"
        );
    }
    let text = story.runs("keys --only key/production", 0).out;
    assert!(text.contains("2027-02-19 12:00 UTC gets a successor (overdue): no run creates it: KW-167"), "{text}");
    // It is known before it is due.
    story.later("2026-12-20");
    assert!(event(&story, "90d")["held"].as_str().unwrap().starts_with("no run creates it: KW-167"));
}

/// A place of delivery is broken on this machine.
#[test]
fn a_successor_that_could_not_be_delivered_stays_due() {
    let mut story = Story::new();
    story.later("2027-03-20");
    let file = story.folder.path().join("secrets/key.env");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let due = story.runs("keys due --only key/production", 2).out;
    assert!(due.contains("(overdue): no run creates it: KW-041: CHECKOUT_KEY cannot be delivered"), "{due}");
}

/// An error of its own holds back all of a key.
#[test]
fn a_key_that_is_held_back_by_an_error_stays_due() {
    let mut story = Story::new();
    story.later("2027-03-20");
    story.by_hand("UPDATE plans SET attributes = '[]'");
    let planned = story.console.run("plan");
    assert!(!planned.out.contains("rotation: the current key"), "{}{}", planned.out, planned.err);
    let due = story.console.run("keys due --only key/production");
    assert!(
        due.exit == 2 && due.out.contains("gets a successor (overdue): no run creates it"),
        "{}{}{}",
        planned.err,
        due.out,
        due.err
    );
}
