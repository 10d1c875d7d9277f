//! One run at a time, even if several machines try.

use std::process::Child;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use nix::sys::signal::Signal;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use super::server::Postgres;
use crate::cloud::MANIFESTS;
use crate::cloud::area::Area;
use crate::cloud::area::World;

/// A world whose database is on the server.
pub(super) fn world(server: &Postgres, area: &dyn Fn(&World) -> Area) -> (World, Area) {
    let world = World::new(MANIFESTS);
    let area = area(&world);
    point_at(&world, &area, server);
    (world, area)
}

pub(super) fn point_at(world: &World, area: &Area, server: &Postgres) {
    let database = format!("  database: {}\n", server.url("shared"));
    world.point_at(area, "{callsPerSecond: 1000, visibilityLag: 1s}", &database);
}

/// An apply that is in the middle of its first write.
fn begun(world: &World, area: &Area) -> Child {
    let mut command = world.command(&["apply", "--auto-approve"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !area.requests().iter().any(|request| request.method() == "POST" && request.path().ends_with("/packages")) {
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

#[test]
fn a_second_run_reports_the_holder_waits_and_takes_the_lock_of_a_dead_one() {
    let Some(server) = Postgres::start() else { return };
    let (world, slow) = world(&server, &|world| world.area(&["--fault", "delay-1000s@w1"]));
    let mut first = begun(&world, &slow);
    let said = world.apply();
    let holder = format!("process {} on ", first.id());
    assert!(said.exit == 7 && said.text.contains(&holder), "{}: {}", said.exit, said.text);
    assert!(said.text.contains(" since ") && said.text.contains("--lock-timeout"), "{}", said.text);
    let said = world.keywright(&["plan"]);
    assert!(said.exit == 0 && !said.text.contains("KW-023"), "what goes on is not cut off: {}", said.text);
    drop(slow);
    let area = world.area(&[]);
    point_at(&world, &area, &server);
    let mut second = world.command(&["apply", "--auto-approve", "--lock-timeout", "60s"]);
    let mut second = second.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert!(second.try_wait().unwrap().is_none(), "the second run did not wait");
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(second.wait().unwrap().success());
    world.assert_settled("after the holder died");
    assert_eq!(server.ask("SELECT count(*) FROM shared.runner WHERE holder IS NULL"), "1");
}

#[test]
fn a_run_whose_lock_went_to_another_one_writes_no_more() {
    let Some(server) = Postgres::start() else { return };
    let (world, area) = world(&server, &|world| world.area(&["--latency", "200ms"]));
    let sleeper = begun(&world, &area);
    let process = Pid::from_raw(i32::try_from(sleeper.id()).unwrap());
    kill(process, Signal::SIGSTOP).unwrap();
    server.restart("fast");
    // The holder may only be disconnected: no run takes its lock right after the restart.
    let began = Instant::now();
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    assert!(began.elapsed() > Duration::from_secs(14), "the holder was not waited for");
    world.assert_settled("after the lock was taken over");
    let (committed, keys) = (crate::trust::killed::committed(&area), world.keys());
    kill(process, Signal::SIGCONT).unwrap();
    let output = sleeper.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{text}");
    assert!(text.contains("has taken the lock"), "{text}");
    // Requests already sent when it was stopped may have arrived; no new ones were started since.
    assert_eq!(world.keys(), keys, "{text}");
    assert!(crate::trust::killed::committed(&area) <= committed + 1, "{text}");
    world.assert_settled("after the sleeper woke");
}
