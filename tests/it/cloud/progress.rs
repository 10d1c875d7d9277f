//! The progress bar of an apply, on a terminal that `script` creates.

use std::process::Stdio;

use super::MANIFESTS;
use super::area::World;
use crate::program::KEYWRIGHT;
use crate::program::outside_pipeline;

/// The output of an apply of a slow area, on a terminal or not.
fn apply(world: &World, on_terminal: bool) -> String {
    let area = world.area(&["--latency", "60ms"]);
    world.point_at(&area, "{callsPerSecond: 1000, concurrency: 1}", "");
    let apply = format!("{} apply --auto-approve {}", KEYWRIGHT, world.workspace().display());
    let mut command = if on_terminal {
        let mut command = outside_pipeline("script");
        command.args(["-qec", &apply, "/dev/null"]).env("TERM", "xterm");
        command
    } else {
        let mut command = outside_pipeline("sh");
        command.args(["-c", &format!("{apply} 2>&1")]);
        command
    };
    let settings = [("KEYWRIGHT_TEST_CREDENTIAL", "not-a-real-credential"), ("TEST_KEY", super::CUSTOM)];
    let output = command.envs(settings).stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn a_terminal_shows_counts_rate_and_remaining_time() {
    let world = World::new(MANIFESTS);
    let text = apply(&world, true);
    assert!(text.contains(" of 13 · ") && text.contains("/s · ") && text.contains(" left"), "{text}");
    // Every line is complete, and the bar is gone at the end.
    let plain = anstream::adapter::strip_str(&text).to_string();
    assert_eq!(plain.matches("done     + ").count(), 13, "{plain}");
    let end = plain.rsplit("Applied:").next().unwrap();
    assert!(end.contains("13 changes done") && !end.contains(" of 13"), "{end}");
}

#[test]
fn without_a_terminal_there_is_a_line_a_change_and_no_bar() {
    let world = World::new(MANIFESTS);
    let text = apply(&world, false);
    assert_eq!(text.lines().filter(|line| line.starts_with("done ")).count(), 13, "{text}");
    assert!(!text.contains(" left") && !text.contains('\u{1b}'), "{text}");
}
