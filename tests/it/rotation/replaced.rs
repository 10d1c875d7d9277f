//! A key with a new prefix or a new value, and `--prune`: the old key stays until its callers have the new value.

use std::fs;

use super::Overlap;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

const OWNS: &str =
    "apiVersion: keywright.dev/v1\nkind: Workspace\nspec: {ownership: {packageKeys: ofDeclaredApplications}}\n";

const PRUNE: &str = "apply --auto-approve --prune";

/// A workspace that owns the keys of its applications, with a key whose manifest was edited.
fn edited(before: &str, after: &str) -> Overlap {
    let mut overlap = Overlap::begin();
    fs::write(overlap.path("keywright.yaml"), OWNS).unwrap();
    let write = |overlap: &Overlap, key: &str| fs::write(overlap.path("m.yaml"), [TEAM, key].concat()).unwrap();
    write(&overlap, before);
    let ran = overlap.at("2026-08-01T01:00:00Z", "apply --auto-approve");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    write(&overlap, after);
    overlap
}

#[test]
fn a_key_with_an_edited_prefix_goes_after_the_overlap_of_the_new_one() {
    let mut overlap = edited(ROTATED_KEY, &ROTATED_KEY.replace("chk_", "pay_"));
    let ran = overlap.at("2026-08-10T00:00:00Z", PRUNE);
    assert!(ran.exit == 4 && ran.err.contains("KW-128"), "{}{}", ran.out, ran.err);
    assert!(!ran.err.contains("CAM-038"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "active"]);
    let ran = overlap.at("2026-08-20T00:00:00Z", PRUNE);
    assert!(ran.exit == 4 && ran.err.contains("from 2026-08-24 00:00 UTC on"), "{}{}", ran.out, ran.err);
    let ran = overlap.at("2026-08-24T00:00:00Z", PRUNE);
    assert!(ran.exit == 0 && !ran.err.contains("KW-128"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active"]);
}

#[test]
fn a_consent_deletes_the_key_with_the_old_prefix_in_the_same_run() {
    let mut overlap = edited(ROTATED_KEY, &ROTATED_KEY.replace("chk_", "pay_"));
    let allow = format!("{PRUNE} --allow key/alice/checkout/payments@{}", overlap.first_id());
    let ran = overlap.at("2026-08-10T00:00:00Z", &allow);
    assert!(ran.exit == 0, "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active"]);
}

/// Without a rotation there is no overlap, so a person says when the callers have the new value.
#[test]
fn without_a_rotation_the_old_key_stays_until_it_is_disabled() {
    let rotation = "  rotation: {every: 90d, overlap: 14d, grace: 7d}\n";
    let before = ROTATED_KEY.replace(rotation, "");
    let mut overlap = edited(&before, &before.replace("chk_", "pay_"));
    for now in ["2026-08-10T00:00:00Z", "2027-08-10T00:00:00Z"] {
        let ran = overlap.at(now, PRUNE);
        assert!(ran.exit == 4 && ran.err.contains("KW-128"), "{}{}", ran.out, ran.err);
    }
    let sql =
        "UPDATE package_keys SET attributes = json_set(attributes, '$.\"settings.status\"', 'disabled') WHERE id = ";
    overlap.by_hand(&format!("{sql}'{}'", overlap.first_id()));
    let ran = overlap.at("2027-08-11T00:00:00Z", PRUNE);
    assert!(ran.exit == 0, "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active"]);
}

/// A key that takes the place of another one is delivered before the other one goes.
#[test]
fn a_custom_key_with_a_new_value_goes_after_the_new_one_is_delivered() {
    let rotation = "  rotation: {every: 90d, overlap: 14d, grace: 7d}\n";
    let custom = |value: &str| {
        ROTATED_KEY
            .replace(rotation, "")
            .replace("{generate: {prefix: chk_}}", &format!("{{custom: {{value: {value}}}}}"))
    };
    let mut overlap = edited(&custom("not-a-real-key-00000001"), &custom("not-a-real-key-00000002"));
    for _ in 0..2 {
        let ran = overlap.at("2026-08-10T00:00:00Z", PRUNE);
        assert!(ran.exit == 4 && ran.err.contains("KW-128"), "{}{}", ran.out, ran.err);
        assert_eq!(overlap.statuses(), ["active", "active", "active"]);
    }
}
