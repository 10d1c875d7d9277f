//! Ctrl-C finishes changes in progress, starts no new ones, and reports the outcome. Twice stops at once.

use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::Signal;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::cloud::KEYS;
use crate::cloud::MANIFESTS;
use crate::cloud::area::World;

fn interrupted(signals: &[Signal], delay: &str) -> (World, i32, String) {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--fault", &format!("{delay}@w3")]);
    world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 1s, concurrency: 1}", "");
    let child =
        world.command(&["apply", "--auto-approve"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
    while area.requests().iter().filter(|request| request.is_committed()).count() < 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(800));
    for signal in signals {
        kill(pid, *signal).unwrap();
        std::thread::sleep(Duration::from_millis(300));
    }
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    let code = output.status.code().unwrap_or(-1);
    drop(area);
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 1s}", "");
    assert_eq!(world.apply().exit, 0);
    world.assert_settled("after an interrupted run");
    assert_eq!(world.keys(), KEYS);
    drop(area);
    (world, code, text)
}

#[test]
fn once_ends_in_good_order() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let (world, code, text) = interrupted(&[signal], "delay-3s");
        assert_eq!(code, 130, "{text}");
        assert!(text.contains("0 done, 3 unverified, 10 skipped"), "{text}");
        assert!(text.contains("Stopping: no more changes are started"), "{text}");
        // The next run used another address of the area, so it could not verify them.
        let said = world.here(&["runs", "show", "1"]);
        assert_eq!(said.text.lines().filter(|line| line.starts_with("unverified ")).count(), 3, "{}", said.text);
    }
}

#[test]
fn twice_ends_at_once_and_the_journal_knows() {
    let (world, code, text) = interrupted(&[Signal::SIGINT, Signal::SIGINT], "delay-1000s");
    assert_eq!(code, 130, "{text}");
    assert!(text.contains("In flight: POST /") && text.contains("keywright runs"), "{text}");
    let said = world.here(&["runs", "show", "1"]);
    assert!(said.text.contains("unfinished"), "{}", said.text);
}
