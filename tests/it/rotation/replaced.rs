//! A key with a new prefix or a new value, and `--prune`: the old key stays until its callers have the new value.

use std::fs;

use super::Overlap;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

const OWNS: &str =
    "apiVersion: keywright.dev/v1\nkind: Workspace\nspec: {ownership: {packageKeys: ofDeclaredApplications}}\n";

const PRUNE: &str = "apply --auto-approve --prune";

/// With the consent for a second key (KW-129).
const PRUNE_AND_ALLOW: &str = "apply --auto-approve --prune --allow key/production";

/// A workspace that owns the keys of its applications, with a key whose manifest was edited.
fn edited(before: &str, after: &str) -> Overlap {
    let mut overlap = Overlap::begin();
    fs::write(overlap.path("keywright.yaml"), OWNS).unwrap();
    let write = |overlap: &Overlap, key: &str| fs::write(overlap.path("m.yaml"), [TEAM, key].concat()).unwrap();
    write(&overlap, before);
    let ran = overlap.at("2026-08-01T01:00:00Z", "apply --auto-approve --allow key/production");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    write(&overlap, after);
    overlap
}

#[test]
fn a_key_with_an_edited_prefix_goes_after_the_overlap_of_the_new_one() {
    let mut overlap = edited(ROTATED_KEY, &ROTATED_KEY.replace("chk_", "pay_"));
    let ran = overlap.at("2026-08-10T00:00:00Z", PRUNE);
    assert!(ran.exit == 4 && ran.err.contains("KW-129"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active"]);
    let ran = overlap.at("2026-08-10T00:00:00Z", PRUNE_AND_ALLOW);
    assert!(ran.exit == 4 && ran.err.contains("KW-128"), "{}{}", ran.out, ran.err);
    assert!(!ran.err.contains("CAM-038"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "active"]);
    let ran = overlap.at("2026-08-20T00:00:00Z", PRUNE);
    assert!(ran.exit == 4 && ran.err.contains("from 2026-08-24 00:00 UTC on"), "{}{}", ran.out, ran.err);
    let ran = overlap.at("2026-08-24T00:01:00Z", PRUNE);
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
    for (now, line) in [("2026-08-10T00:00:00Z", PRUNE_AND_ALLOW), ("2027-08-10T00:00:00Z", PRUNE)] {
        let ran = overlap.at(now, line);
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
    for line in [PRUNE_AND_ALLOW, PRUNE] {
        let ran = overlap.at("2026-08-10T00:00:00Z", line);
        assert!(ran.exit == 4 && ran.err.contains("KW-128"), "{}{}", ran.out, ran.err);
        assert_eq!(overlap.statuses(), ["active", "active", "active"]);
    }
}

/// Another key of the application, so that it does not lose its last one.
fn beside(key: &str) -> String {
    let other = ROTATED_KEY.replace("{name: production}", "{name: other}").replace("chk_", "oth_");
    [key, &other.replace("secrets/key.env", "secrets/other.env")].concat()
}

/// A move needs consent for the key at the new place; until then the manifest has only the old key.
#[test]
fn the_only_key_of_a_manifest_that_moved_stays_until_the_new_one_is_delivered() {
    let web = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: web}\nspec: {user: alice}\n";
    let moved = [web, &ROTATED_KEY.replace("application: checkout", "application: web")].concat();
    let mut overlap = edited(&beside(ROTATED_KEY), &beside(&moved));
    let ran = overlap.at("2026-08-10T00:00:00Z", PRUNE);
    assert!(ran.exit == 4 && ran.err.contains("KW-145") && ran.err.contains("KW-128"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "active"]);
    let ran = overlap.at("2026-08-10T00:00:00Z", &format!("{PRUNE} --allow key/production"));
    assert!(ran.exit == 4 && ran.err.contains("KW-128"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "active", "active"]);
    let ran = overlap.at("2026-08-25T00:00:00Z", PRUNE);
    assert!(ran.exit == 0, "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "active"]);
}

/// An error of the new place holds the new key back, so no plan creates it.
#[test]
fn the_only_key_of_a_manifest_with_an_error_stays() {
    let variable = ROTATED_KEY.replace("{generate: {prefix: chk_}}", "{custom: {env: NO_SUCH_KEY}}");
    let rotation = "  rotation: {every: 90d, overlap: 14d, grace: 7d}\n";
    let mut overlap = edited(&beside(ROTATED_KEY), &beside(&variable.replace(rotation, "")));
    let owns = OWNS.replace("spec: {", "spec: {environment: {allow: [NO_SUCH_]}, ");
    fs::write(overlap.path("keywright.yaml"), owns).unwrap();
    let ran = overlap.at("2026-08-10T00:00:00Z", PRUNE);
    assert_ne!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "active"], "{}{}", ran.out, ran.err);
}

/// A new name and a new prefix need consent for the new key; the old one is still in use on the next day.
#[test]
fn a_key_with_a_new_name_and_a_new_prefix_goes_after_the_overlap_of_the_new_one() {
    let renamed = ROTATED_KEY.replace("{name: production}", "{name: second}").replace("chk_", "pay_");
    let renamed = renamed.replace("secrets/key.env", "secrets/second.env");
    let mut overlap = edited(&beside(ROTATED_KEY), &beside(&renamed));
    let ran = overlap.at("2026-08-10T00:00:00Z", &format!("{PRUNE} --allow key/second"));
    assert!(ran.exit == 4 && ran.err.contains("KW-128"), "{}{}", ran.out, ran.err);
    assert!(!ran.err.contains("KW-150"), "what is held back still works: {}", ran.err);
    for now in ["2026-08-11T00:00:00Z", "2026-08-23T00:00:00Z"] {
        let ran = overlap.at(now, PRUNE);
        assert!(ran.exit == 4 && ran.err.contains("from 2026-08-24 00:00 UTC on"), "{}{}", ran.out, ran.err);
        assert!(!ran.err.contains("KW-150"), "what is held back still works: {}", ran.err);
        assert_eq!(overlap.statuses(), ["active", "active", "active"]);
    }
    let ran = overlap.at("2026-08-25T00:00:00Z", PRUNE);
    assert!(ran.exit == 0 && ran.err.contains("KW-150"), "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active", "active"]);
}

#[test]
fn behind_a_new_key_that_is_not_active_the_old_one_stays_and_the_plan_says_so() {
    let rotation = "  rotation: {every: 90d, overlap: 14d, grace: 7d}\n";
    for before in [ROTATED_KEY.to_owned(), ROTATED_KEY.replace(rotation, "")] {
        let mut overlap = edited(&before, &before.replace("chk_", "pay_"));
        let ran = overlap.at("2026-08-10T00:00:00Z", "apply --auto-approve --allow key/production");
        assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
        for (status, why) in [("disabled", "is not active"), ("waiting", "is waiting for approval")] {
            overlap.by_hand(&super::set_status(status));
            let ran = overlap.at("2026-08-30T00:00:00Z", PRUNE);
            assert!(ran.exit == 4 && ran.err.contains("KW-128") && ran.err.contains(why), "{}{}", ran.out, ran.err);
            assert!(!ran.err.contains("--deliver") && !ran.err.contains("disable it"), "{}", ran.err);
            assert_eq!(overlap.statuses(), ["active", status]);
        }
    }
}

#[test]
fn the_old_key_goes_when_the_new_one_is_active_again() {
    let mut overlap = edited(ROTATED_KEY, &ROTATED_KEY.replace("chk_", "pay_"));
    overlap.at("2026-08-10T00:00:00Z", "apply --auto-approve --allow key/production");
    overlap.by_hand(&super::set_status("disabled"));
    assert_eq!(overlap.at("2026-08-30T00:00:00Z", PRUNE).exit, 4);
    overlap.by_hand(&super::set_status("active"));
    let ran = overlap.at("2026-08-30T00:00:00Z", PRUNE);
    assert!(ran.exit == 0, "{}{}", ran.out, ran.err);
    assert_eq!(overlap.statuses(), ["active"]);
}
