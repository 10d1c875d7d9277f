//! Keys in a package plan that is inactive: a person put them there, or a manifest does.

use std::fs;

use super::Overlap;
use crate::console::Ran;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

/// A package plan of the same package, which a test makes inactive.
const DEAD: &str = "---\napiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {name: dead}\n\
                    spec: {package: payments, status: inactive}\n";

fn plain() -> String {
    ROTATED_KEY
        .replace("production", "plain")
        .replace("chk_", "pln_")
        .replace("key.env", "plain.env")
        .replace("  rotation: {every: 90d, overlap: 14d, grace: 7d}\n", "")
}

fn declare(overlap: &Overlap, manifests: &[&str]) {
    fs::write(overlap.path("m.yaml"), manifests.concat()).unwrap();
}

fn check(ran: &Ran, exit: u8, words: &[&str]) -> String {
    let text = [&*ran.out, &*ran.err].concat();
    assert_eq!(ran.exit, exit, "{text}");
    for word in words {
        assert!(text.contains(word), "{word}: {text}");
    }
    text
}

/// A rotated key and one without rotation, both active in `gold`, beside the plan `dead`.
fn begin() -> Overlap {
    let mut overlap = Overlap::begin();
    declare(&overlap, &[TEAM, ROTATED_KEY, &plain(), DEAD]);
    check(&overlap.at("2026-08-02T00:00:00Z", "apply --auto-approve"), 0, &[]);
    assert_eq!(plans(&overlap), ["gold", "gold"]);
    overlap
}

/// The package plans of the keys, oldest first.
fn plans(overlap: &Overlap) -> Vec<String> {
    let database = rusqlite::Connection::open(overlap.path(".keywright/keywright.db")).unwrap();
    let sql = "SELECT (SELECT name FROM plans WHERE plans.row = plan) FROM package_keys ORDER BY created";
    let mut statement = database.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// What a person does: both keys go into the inactive plan.
fn park(overlap: &Overlap) {
    for prefix in ["chk_", "pln_"] {
        overlap.by_hand(&format!(
            "UPDATE package_keys SET plan = (SELECT row FROM plans WHERE name = 'dead') WHERE value LIKE '{prefix}%'"
        ));
    }
}

#[test]
fn a_key_that_a_person_moved_to_an_inactive_plan_comes_back_only_with_consent() {
    for (memory, is_declared) in [(true, true), (true, false), (false, true), (false, false)] {
        let what = format!("memory {memory}, declared {is_declared}");
        let mut overlap = begin();
        park(&overlap);
        if !memory {
            overlap.forget();
        }
        let dead = if is_declared { DEAD } else { "" };
        declare(&overlap, &[TEAM, ROTATED_KEY, &plain(), dead]);
        let asks = |key: &str, more: &str| {
            format!(
                "error[KW-127]: key/{key} is in plan/payments/dead, which is inactive in the store, and would get \
                 `plan` gold{more}"
            )
        };
        // A successor is due on the second day.
        for (now, more) in [("2026-08-10T00:00:00Z", ""), ("2026-11-10T00:00:00Z", " by its successor")] {
            for command in ["plan", "apply --auto-approve"] {
                let ran = overlap.at(now, command);
                let words = [&*asks("production", more), &*asks("plain", ""), "--allow key/production"];
                let text = check(&ran, 4, &words);
                // The manifests say where the keys belong, so changing the plan `dead` is not the step.
                for word in ["CAM-077", "KW-125"] {
                    assert!(!text.contains(word), "{what} {word}: {text}");
                }
            }
            assert_eq!(plans(&overlap), ["dead", "dead"], "{what}");
        }
        let consent = "apply --auto-approve --allow key/production --allow key/plain";
        let text = check(&overlap.at("2026-08-11T00:00:00Z", consent), 0, &[]);
        assert!(!text.contains("CAM-077"), "{what}: {text}");
        assert_eq!(plans(&overlap), ["gold", "gold"], "{what}");
    }
}

/// The other step of the message.
#[test]
fn a_manifest_that_says_where_a_person_put_the_key_settles_it() {
    let mut overlap = begin();
    park(&overlap);
    let in_dead = |key: &str| key.replace("plan: gold", "plan: dead");
    declare(&overlap, &[TEAM, &in_dead(ROTATED_KEY), &in_dead(&plain()), DEAD]);
    check(&overlap.at("2026-08-10T00:00:00Z", "apply --auto-approve"), 0, &[]);
    // What a manifest put there needs no consent to leave.
    declare(&overlap, &[TEAM, ROTATED_KEY, &plain(), DEAD]);
    check(&overlap.at("2026-08-11T00:00:00Z", "apply --auto-approve"), 0, &[]);
    assert_eq!(plans(&overlap), ["gold", "gold"]);
}

/// The author moves a key away from the plan that a person switched off, perhaps without a thought of that.
#[test]
fn a_key_leaves_a_plan_that_a_person_switched_off_only_with_consent() {
    let mut overlap = begin();
    overlap.by_hand("UPDATE plans SET attributes = json_set(attributes, '$.status', 'inactive') WHERE name = 'gold'");
    let silver = DEAD.replace("dead", "silver").replace(", status: inactive", "");
    declare(&overlap, &[TEAM, &ROTATED_KEY.replace("plan: gold", "plan: silver"), &silver]);
    let asks = "error[KW-127]: key/production is in plan/payments/gold, which is inactive in the store, and would get `plan` silver";
    for now in ["2026-08-10T00:00:00Z", "2026-11-10T00:00:00Z"] {
        check(&overlap.at(now, "apply --auto-approve"), 4, &[asks]);
        assert_eq!(plans(&overlap), ["gold", "gold"]);
    }
    check(&overlap.at("2026-08-10T00:00:00Z", "apply --auto-approve --allow key/production"), 0, &[]);
}

#[test]
fn a_manifest_moves_a_key_in_use_to_an_inactive_plan_only_with_consent() {
    let in_dead = |key: &str| key.replace("plan: gold", "plan: dead");
    let active = DEAD.replace(", status: inactive", ", status: active");
    // The plan is inactive already, only in the store, or by the same run.
    for (before, after) in [(DEAD, DEAD), (DEAD, ""), (&*active, DEAD)] {
        let mut overlap = begin();
        declare(&overlap, &[TEAM, ROTATED_KEY, &plain(), before]);
        check(&overlap.at("2026-08-03T00:00:00Z", "apply --auto-approve"), 0, &[]);
        declare(&overlap, &[TEAM, &in_dead(ROTATED_KEY), &in_dead(&plain()), after]);
        let asks =
            |key: &str| format!("error[KW-123]: key/{key} would be in plan/payments/dead, which would be inactive; it");
        let step = "warn the callers, then allow it with --allow key/plain";
        let ran = overlap.at("2026-08-10T00:00:00Z", "apply --auto-approve");
        check(&ran, 4, &[&asks("production"), &asks("plain"), step]);
        // A successor would take its callers there, too.
        let ran = overlap.at("2026-11-10T00:00:00Z", "apply --auto-approve");
        check(&ran, 4, &[&asks("production"), &asks("plain")]);
        assert_eq!(plans(&overlap), ["gold", "gold"], "{before} {after}");
        let consent = "apply --auto-approve --allow key/production --allow key/plain";
        check(&overlap.at("2026-08-10T00:00:00Z", consent), 0, &[]);
        assert_eq!(plans(&overlap), ["dead", "dead"], "{before} {after}");
    }
}
