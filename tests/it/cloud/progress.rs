//! The progress bar of an apply, on a terminal that `script` creates.

use std::io::BufRead;
use std::io::BufReader;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

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
    // The bar counts what is done, so there are no lines for it, except where a value went; and the bar is gone at the end.
    let plain = anstream::adapter::strip_str(&text).to_string();
    assert_eq!(plain.matches("done     + ").count(), 1, "{plain}");
    assert!(plain.contains("done     + key/checkout-production"), "{plain}");
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

#[test]
fn each_line_is_written_when_its_change_ends() {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--latency", "100ms"]);
    world.point_at(&area, "{callsPerSecond: 20, concurrency: 1}", "");
    let mut child = world.command(&["apply", "--auto-approve"]).stdout(Stdio::piped()).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let done = out.lines().map(Result::unwrap).filter(|line| line.starts_with("done "));
    let times: Vec<Instant> = done.map(|_| Instant::now()).collect();
    assert!(child.wait().unwrap().success());
    assert_eq!(times.len(), 13);
    assert!(times[12] - times[0] > Duration::from_secs(1), "all lines came at once");
}

#[test]
fn a_stream_shows_that_it_is_alive_while_a_call_waits() {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--fault", "delay-12s@POST:/members#1"]);
    world.point_at(&area, "{callsPerSecond: 1000}", "");
    let said = world.keywright(&["apply", "--auto-approve", "--format", "json-stream"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    let beat = said.text.lines().find(|line| line.contains("\"waiting\"")).unwrap_or_else(|| panic!("{}", said.text));
    let beat: serde_json::Value = serde_json::from_str(beat).unwrap();
    assert!(beat["request"].as_str().unwrap().starts_with("POST /members"), "{beat}");
    assert!(beat["seconds"].as_u64().unwrap() >= 8, "{beat}");
}

#[test]
fn a_reader_that_leaves_is_no_error_and_ends_no_apply() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1000}", "");
    for command in ["plan", "apply --auto-approve"] {
        let line = format!("{KEYWRIGHT} {command} {} | head -1; echo ${{PIPESTATUS[0]}}", world.workspace().display());
        let mut shell = outside_pipeline("bash");
        let settings = [("KEYWRIGHT_TEST_CREDENTIAL", "not-a-real-credential"), ("TEST_KEY", super::CUSTOM)];
        let output = shell.args(["-c", &line]).envs(settings).stdin(Stdio::null()).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(out.ends_with("\n0\n"), "{command}: {out}{err}");
        assert!(!err.contains("error"), "{command}: {err}");
    }
    world.assert_settled("although its output was not read");
}

/// SIGHUP is what a closed terminal sends: the run ends as after Ctrl-C, and says what it did.
#[test]
fn a_closed_terminal_ends_the_run_in_order() {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--latency", "200ms"]);
    world.point_at(&area, "{callsPerSecond: 5, concurrency: 1}", "");
    let apply = world.command(&["apply", "--auto-approve"]);
    // Tests that run below `nohup` ignore SIGHUP, and so would the command.
    let mut command = outside_pipeline("env");
    command.arg("--default-signal=HUP").arg(apply.get_program()).args(apply.get_args());
    command.envs(apply.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("done ")), "nothing was done");
    let process = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGHUP).unwrap();
    let rest: Vec<String> = lines.collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest:?}");
    assert!(rest.iter().any(|line| line.starts_with("skipped ")), "{rest:?}");
    assert_eq!(world.apply().exit, 0);
    world.assert_settled("after the terminal was closed");
    assert_eq!(world.keys(), super::KEYS);
}
