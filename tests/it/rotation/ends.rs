//! `expires: {after: …}`: each generation has an end of its own, which leaves time for its successor. And the room that
//! generations need in a package plan.

use std::fs;

use super::Overlap;
use super::SET_NEW;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

fn manifest(end: &str) -> String {
    [TEAM, &ROTATED_KEY.replace("  rotation:", &format!("  expires: {end}\n  rotation:"))].concat()
}

impl Overlap {
    fn declare(&self, manifest: &str) {
        fs::write(self.path("m.yaml"), manifest).unwrap();
    }

    fn is_settled(&mut self, now: &str) {
        let ran = self.at(now, "plan --detailed-exitcode");
        assert!(ran.exit == 0 && ran.out.contains("Nothing to do"), "{}{}", ran.out, ran.err);
    }
}

#[test]
fn each_generation_ends_at_the_declared_age_and_a_hand_made_change_is_drift() {
    let mut overlap = Overlap::begin();
    overlap.declare(&manifest("{after: 120d}"));
    let ran = overlap.at("2026-08-02T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && ran.out.contains("never → 2026-11-29"), "{}{}", ran.out, ran.err);
    overlap.is_settled("2026-08-02T00:00:00Z");
    let ran = overlap.at("2026-11-01T23:59:59Z", "apply --auto-approve");
    assert!(ran.exit == 0 && ran.out.contains("expires               2027-03-01"), "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("to update"), "the old generation keeps its end: {}", ran.out);
    overlap.is_settled("2026-11-02T00:00:10Z");
    let by_hand = |date: &str| {
        format!("UPDATE package_keys SET attributes = json_set(attributes, '$.expires', '{date}') {SET_NEW}")
    };
    // It was planned before midnight and created after it.
    overlap.by_hand(&by_hand("2027-02-28"));
    overlap.is_settled("2026-11-03T00:00:00Z");
    overlap.by_hand(&by_hand("2027-06-30"));
    let ran = overlap.at("2026-11-03T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && ran.out.contains("2027-06-30 → 2027-03-01"), "{}{}", ran.out, ran.err);
    overlap.is_settled("2026-11-03T00:00:00Z");
}

/// A key that is older than the declared age gets a successor. It does not end before its callers have that one.
#[test]
fn an_age_that_a_key_has_passed_ends_no_key() {
    let mut overlap = Overlap::begin();
    overlap.declare(&manifest("{after: 120d}"));
    let ran = overlap.at("2027-02-01T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 0 && ran.out.contains("Plan: 1 to create"), "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("2026-11-29"), "{}", ran.out);
    assert_eq!(overlap.statuses(), ["active", "active"]);
}

#[test]
fn an_end_that_no_rotation_can_meet_is_refused() {
    for (end, rotation, exit, says) in [
        ("{after: 120d}", true, 0, ""),
        ("never", true, 0, ""),
        ("{after: 104d}", true, 3, "write 119d or more: `every`, `overlap` and a reserve"),
        ("{after: 105d}", true, 0, ""),
        ("{after: 120d}", false, 3, "the key ends at an age, but it is not rotated"),
        ("2028-01-01", true, 0, "every generation of the rotated key ends on the same date"),
        ("2028-01-01", false, 0, ""),
        ("{after: soon}", true, 3, "`soon` is not a duration"),
        ("{}", true, 3, "PackageKey.spec.expires has no `after`"),
    ] {
        let mut overlap = Overlap::begin();
        let rotated = manifest(end);
        let text =
            if rotation { rotated } else { rotated.replace("  rotation: {every: 90d, overlap: 14d, grace: 7d}\n", "") };
        overlap.declare(&text);
        let ran = overlap.at("2026-08-02T00:00:00Z", "validate");
        let said = [ran.out.as_str(), &ran.err].concat();
        assert!(ran.exit == exit && said.contains(says), "{end} {rotation}: {} {said}", ran.exit);
        let is_about_ends = ["generation", "reserve", "an age"].iter().any(|word| says.contains(word));
        assert_eq!(said.contains("KW-115"), is_about_ends, "{end}: {said}");
    }
}

#[test]
fn a_saved_plan_makes_no_successor_that_has_ended_since() {
    let mut overlap = Overlap::begin();
    overlap.declare(&manifest("2026-11-05"));
    let ran = overlap.at("2026-11-01T00:00:00Z", "plan --out p.json");
    assert!(ran.exit == 0 && ran.out.contains("1 to create"), "{}{}", ran.out, ran.err);
    let ran = overlap.at("2026-11-10T00:00:00Z", "apply p.json");
    assert!(ran.out.contains("key/production would be created already expired"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active"]);
}

/// During an overlap a rotated key has two generations.
#[test]
fn a_package_plan_without_room_for_a_generation_is_reported() {
    for (most, says) in [("1", "alice has 2 keys during a rotation in package plan gold, which allows 1"), ("2", "")] {
        let mut overlap = Overlap::new();
        let plan = format!("spec: {{package: payments, maxNumKeysAllowed: {most}}}");
        overlap.declare(&[TEAM, ROTATED_KEY].concat().replace("spec: {package: payments}", &plan));
        let ran = overlap.at("2026-11-02T00:00:00Z", "validate");
        let said = [ran.out, ran.err].concat();
        assert_eq!((said.contains("CAM-040"), said.contains(says)), (!says.is_empty(), true), "{said}");
        // A limit that only the store has.
        overlap.declare(&[TEAM, ROTATED_KEY].concat());
        overlap.by_hand(&format!("UPDATE plans SET attributes = json_set(attributes, '$.maxNumKeysAllowed', {most})"));
        let ran = overlap.at("2026-11-02T00:00:00Z", "plan");
        let says = "user/alice would have 2 keys in plan/payments/gold during a rotation, which allows 1";
        assert_eq!(ran.err.contains(says), most == "1", "{}", ran.err);
    }
}
