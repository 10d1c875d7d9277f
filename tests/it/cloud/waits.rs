//! Waits: a server that asks to wait is obeyed, the run says so, and no wait is longer than the run may take.

use std::time::Duration;
use std::time::Instant;

use super::MANIFESTS;
use super::area::World;
use crate::program::keywright;

/// The output of an apply with these limits, its time, and the world.
fn apply(fault: &str, arguments: &[&str]) -> (World, super::area::Said, Duration) {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--fault", fault]);
    world.point_at(&area, "{callsPerSecond: 1000}", "");
    let began = Instant::now();
    let said = world.keywright(&[&["apply", "--auto-approve"], arguments].concat());
    (world, said, began.elapsed())
}

#[test]
fn the_limit_of_the_run_ends_a_call_and_the_next_run_goes_on() {
    let (world, said, time) = apply("delay-40s@POST:/applications/*/packageKeys#1", &["--max-time", "8s"]);
    assert!(time < Duration::from_secs(30), "{time:?}");
    assert_eq!(said.exit, 6, "{}", said.text);
    for text in ["--max-time", "POST /applications/", "help:"] {
        assert!(said.text.contains(text), "{text}: {}", said.text);
    }
    // The answer was lost, and the server may have created the key: the next run must not create a second one.
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1000}", "");
    let second = world.apply();
    assert_eq!(second.exit, 0, "{}", second.text);
    world.assert_settled("after the limit");
    assert_eq!(world.keys(), super::KEYS);
}

/// Exit 8 would promise that nothing changed.
#[test]
fn a_write_that_the_limit_cuts_may_have_been_made() {
    for (fault, word) in [("drip-40s@PUT:/packages/*#1", "update"), ("delay-40s@DELETE:/packages/*#1", "delete")] {
        let world = World::new(
            "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: ledger}\nspec: {description: one}\n",
        );
        let area = world.area(&[]);
        world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 0s}", "");
        assert_eq!(world.apply().exit, 0);
        drop(area);
        let is_gone = word == "delete";
        let (name, spec) = if is_gone {
            ("{name: ledger, removed: true}", "")
        } else {
            ("{name: ledger}", "spec: {description: two}\n")
        };
        world.write(&format!("apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name}\n{spec}"));
        // The answer takes too long.
        let area = world.area(&["--fault", fault]);
        world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 0s}", "");
        let said = world.keywright(&["apply", "--auto-approve", "--allow", "package/ledger", "--max-time", "6s"]);
        assert_eq!(said.exit, 6, "{}", said.text);
        for text in
            [&format!("could not {word} package/ledger"), "it is unknown whether the store did it", "--max-time"]
        {
            assert!(said.text.contains(text), "{text}: {}", said.text);
        }
        drop(area);
        let area = world.area(&[]);
        world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 0s}", "");
        let next = world.keywright(&["apply", "--auto-approve", "--allow", "package/ledger"]);
        assert_eq!(next.exit, 0, "{}", next.text);
    }
}

#[test]
fn the_limit_of_the_run_also_limits_the_rate() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1}", "");
    let began = Instant::now();
    let said = world.keywright(&["plan", "--max-time", "2s"]);
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!(said.exit, 8, "{}", said.text);
    assert!(said.text.contains("was not sent: the time limit of the run (--max-time) is over"), "{}", said.text);
}

#[test]
fn the_document_has_the_exit_code_of_the_run_whose_time_is_over() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1}", "");
    for line in ["plan", "drift", "apply --auto-approve"] {
        let words: Vec<&str> = line.split(' ').chain(["--max-time", "2s", "--format", "json"]).collect();
        let said = world.keywright(&words);
        assert_eq!(said.exit, 8, "{line}: {}", said.text);
        let is_same = said.text.replace(' ', "").contains("\"exit\":8");
        assert!(is_same, "{line}: {}", said.text);
    }
}

#[test]
fn a_request_has_a_limit_of_its_own() {
    let (_, said, _) = apply("delay-40s@GET:/members", &["--request-timeout", "1s"]);
    assert_eq!(said.exit, 1, "{}", said.text);
    assert!(said.text.contains("GET /members got no answer: it was not complete after 1 s"), "{}", said.text);
    assert!(said.text.contains("--request-timeout gives a slow server more time"), "{}", said.text);
}

#[test]
fn a_time_limit_of_nothing_is_a_usage_error() {
    for time in ["0s", "1", "-1s", "soon"] {
        let output = keywright().args(["plan", "--max-time", time]).output().unwrap();
        assert_eq!(output.status.code(), Some(64), "{time}");
    }
}
