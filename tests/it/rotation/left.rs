//! The run that would retire an old key also changes its successor. What counts is the successor as that run leaves it.

use std::fs;

use super::Overlap;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

const OTHER_PLAN: &str = "---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: other}
spec: {package: payments}
";

/// The overlap is over, and the manifests changed since.
#[track_caller]
fn keeps(key: &str, other_plan: &str, why: &str) {
    let mut overlap = Overlap::new();
    fs::write(overlap.path("m.yaml"), [TEAM, key, other_plan].concat()).unwrap();
    overlap.keeps_the_old_key(&format!("not retired, because its successor key/production is {why}"));
}

#[test]
fn nothing_is_retired_by_the_run_that_ends_the_successor() {
    for end in ["2027-01-11", "2027-01-23"] {
        let key = format!("{ROTATED_KEY}  expires: {end}\n");
        keeps(&key, "", "about to end");
    }
}

#[test]
fn nothing_is_retired_by_the_run_that_disables_the_successor() {
    keeps(&format!("{ROTATED_KEY}  settings: {{status: disabled}}\n"), "", "not active");
}

#[test]
fn nothing_is_retired_by_the_run_that_moves_the_successor_to_a_plan_that_is_not_active() {
    let key = ROTATED_KEY.replace("plan: gold", "plan: other");
    let inactive = OTHER_PLAN.replace("payments}", "payments, status: inactive}");
    keeps(&key, &inactive, "in a package plan that is not active");
}

#[test]
fn nothing_is_retired_by_the_run_that_moves_the_successor_to_a_plan_that_a_person_switched_off() {
    let mut overlap = Overlap::new();
    fs::write(overlap.path("m.yaml"), [TEAM, ROTATED_KEY, OTHER_PLAN].concat()).unwrap();
    assert_eq!(overlap.at("2026-11-02T00:00:00Z", "apply --auto-approve").exit, 0);
    overlap.by_hand("UPDATE plans SET attributes = json_set(attributes, '$.status', 'inactive') WHERE name = 'other'");
    let key = ROTATED_KEY.replace("plan: gold", "plan: other");
    fs::write(overlap.path("m.yaml"), [TEAM, &key, OTHER_PLAN].concat()).unwrap();
    overlap.keeps_the_old_key("is in a package plan that is not active");
}

/// A late end and another active plan are no reason to keep the old key.
#[test]
fn the_old_key_is_retired_by_a_run_that_leaves_the_successor_usable() {
    let mut overlap = Overlap::new();
    let key = ROTATED_KEY.replace("plan: gold", "plan: other");
    fs::write(overlap.path("m.yaml"), [TEAM, &key, "  expires: 2027-03-01\n", OTHER_PLAN].concat()).unwrap();
    let ran = overlap.at("2027-01-10T00:00:00Z", "apply --auto-approve");
    assert_eq!((ran.exit, overlap.statuses()), (0, vec!["disabled".into(), "active".into()]), "{}{}", ran.out, ran.err);
}
