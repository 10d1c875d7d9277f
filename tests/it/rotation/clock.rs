//! The dates of keys are the store's. While its clock and ours differ, or a key comes from the future, no key is succeeded
//! or retired, and the rest of the plan is applied.

use std::fs;

use super::Overlap;
use crate::cloud::area::Said;
use crate::cloud::area::World;
use crate::cloud::area::said;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

const LIMITS: &str = "{callsPerSecond: 1000, visibilityLag: 0s}";

fn at(world: &World, now: &str, arguments: &[&str]) -> Said {
    said(world.command(arguments).env("KEYWRIGHT_NOW", now))
}

fn manifests(description: &str) -> String {
    let key = ROTATED_KEY.replace("[{file: secrets/key.env, as: CHECKOUT_KEY}]", "elsewhere");
    [TEAM, &key].concat().replace("spec: {}", &format!("spec: {{description: {description}}}"))
}

#[test]
fn nothing_is_rotated_while_the_clocks_differ_and_the_rest_is_applied() {
    let (today, next_year) = ("2026-11-21T12:00:00Z", "2027-11-21T12:00:00Z");
    let world = World::new(&manifests("one"));
    {
        let area = world.area(&["--now", today]);
        world.point_at(&area, LIMITS, "");
        assert_eq!(at(&world, today, &["apply", "--auto-approve"]).exit, 0);
        world.write(&manifests("two"));
        let wrong = at(&world, next_year, &["apply", "--auto-approve"]);
        assert!(wrong.exit == 6 && wrong.text.contains("KW-114"), "{} {}", wrong.exit, wrong.text);
        let words =
            "the store's clock is 364 days behind the clock of this machine, so the rotation waits: key/production";
        assert!(wrong.text.contains(words), "{}", wrong.text);
        assert_eq!(world.keys(), 1);
        let plan = at(&world, next_year, &["plan"]);
        assert!(plan.exit == 3 && !plan.text.contains("to update"), "the rest was applied: {}", plan.text);
        let early = at(&world, "2026-11-21T12:20:00Z", &["plan"]);
        let words = "minutes behind the clock of this machine; no rotation is due";
        assert!(early.exit == 0 && early.text.contains(words), "{} {}", early.exit, early.text);
        let rotate = at(&world, "2026-11-21T12:20:00Z", &["rotate", "key/production", "--auto-approve", "--filename"]);
        assert!(rotate.exit == 3 && rotate.text.contains("KW-118"), "{} {}", rotate.exit, rotate.text);
        let near = at(&world, "2026-11-21T12:03:00Z", &["plan"]);
        assert!(near.exit == 0 && !near.text.contains("KW-114"), "{}", near.text);
    }
    let area = world.area(&["--now", next_year]);
    world.point_at(&area, LIMITS, "");
    let plan = at(&world, next_year, &["plan"]);
    assert!(plan.exit == 0 && plan.text.contains("1 to create"), "{} {}", plan.exit, plan.text);
}

#[test]
fn a_saved_plan_rotates_nothing_while_the_clocks_differ() {
    let (today, next_year) = ("2026-11-21T12:00:00Z", "2027-11-21T12:00:00Z");
    let world = World::new(&manifests("one"));
    drop({
        let area = world.area(&["--now", today]);
        world.point_at(&area, LIMITS, "");
        assert_eq!(at(&world, today, &["apply", "--auto-approve"]).exit, 0);
        area
    });
    let area = world.area(&["--now", next_year]);
    world.point_at(&area, LIMITS, "");
    let file = world.path().join("due.json");
    let file = file.to_str().unwrap();
    let plan = at(&world, next_year, &["plan", "--out", file]);
    assert!(plan.exit == 0 && plan.text.contains("1 to create"), "{} {}", plan.exit, plan.text);
    let apply = |now: &str| {
        let mut command = crate::program::keywright();
        let command = command.args(["apply", file]).current_dir(world.workspace());
        said(command.env("KEYWRIGHT_TEST_CREDENTIAL", "not-a-real-credential").env("KEYWRIGHT_NOW", now))
    };
    let wrong = apply("2027-11-21T13:00:00Z");
    assert!(
        wrong.exit == 5 && wrong.text.contains("the time is not certain (KW-114)"),
        "{} {}",
        wrong.exit,
        wrong.text
    );
    assert_eq!(world.keys(), 1);
    let right = apply("2027-11-21T12:01:00Z");
    assert!(right.exit == 0, "{} {}", right.exit, right.text);
    assert_eq!(world.keys(), 2);
}

/// The embedded store takes its dates from the runs, so a clock in the past sees keys from the future.
#[test]
fn nothing_is_rotated_while_a_generation_comes_from_the_future() {
    let mut overlap = Overlap::new();
    let manifest = fs::read_to_string(overlap.path("m.yaml")).unwrap();
    fs::write(overlap.path("m.yaml"), manifest.replace("spec: {}", "spec: {description: new}")).unwrap();
    let ran = overlap.at("2026-10-30T00:00:00Z", "apply --auto-approve");
    assert!(ran.exit == 6 && ran.err.contains("KW-114"), "{} {}{}", ran.exit, ran.out, ran.err);
    assert!(ran.err.contains("key/production is not rotated: key/alice/checkout/payments@"), "{}", ran.err);
    assert_eq!(overlap.statuses(), ["active", "active"]);
}
