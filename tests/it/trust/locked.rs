//! One run at a time, whichever comes second, and whatever state the lock files are in.

use std::io::Write;
use std::process::Stdio;

use crate::cloud::MANIFESTS;
use crate::cloud::area::World;

/// A world whose first write takes some seconds, and an apply in the middle of it.
fn busy(seconds: u32) -> (World, crate::cloud::area::Area, std::process::Child) {
    let world = World::new(MANIFESTS);
    let area = world.area(&["--fault", &format!("delay-{seconds}s@w1")]);
    world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 1s}", "");
    let child =
        world.command(&["apply", "--auto-approve"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !area.requests().iter().any(|request| request.method() == "POST" && request.path().ends_with("/packages")) {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    (world, area, child)
}

#[test]
fn a_second_run_reports_the_holder_and_since_when() {
    let (world, _area, mut child) = busy(1000);
    let said = world.apply();
    let holder = format!("process {} on ", child.id());
    assert!(
        said.exit == 7 && said.text.contains(&holder) && said.text.contains(" since "),
        "{}: {}",
        said.exit,
        said.text
    );
    assert!(said.text.contains("--lock-timeout"), "{}", said.text);
    // A plan needs no lock, and a run in progress is not interrupted.
    let said = world.keywright(&["plan"]);
    assert!(said.exit == 0 && !said.text.contains("KW-023"), "{}", said.text);
    child.kill().unwrap();
    child.wait().unwrap();
    // A lock whose holder is dead is free.
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 1s}", "");
    assert_eq!(world.apply().exit, 0);
    world.assert_settled("after the holder died");
}

#[test]
fn a_second_run_can_wait() {
    let (world, _area, mut child) = busy(2);
    let said = world.keywright(&["apply", "--auto-approve", "--lock-timeout", "60s"]);
    assert!(said.exit == 0 && said.text.contains("Nothing to do"), "{}: {}", said.exit, said.text);
    assert!(child.wait().unwrap().success());
}

/// The embedded store is in the file: with an empty file, the plan would create everything again, with other keys.
#[test]
fn an_emptied_database_is_not_taken_for_a_new_one() {
    let world = World::new(MANIFESTS);
    let settings = "apiVersion: keywright.dev/v1\nkind: Workspace\nspec: {environment: {allow: [TEST_]}}\n";
    std::fs::write(world.workspace().join("keywright.yaml"), settings).unwrap();
    assert_eq!(world.apply().exit, 0);
    let folder = world.workspace().join(".keywright");
    for trace in ["keywright.db.lock", "fingerprint.key"] {
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(folder.join(format!("keywright.db{suffix}")));
        }
        std::fs::write(folder.join("keywright.db"), "").unwrap();
        for arguments in [&["plan"][..], &["apply", "--auto-approve"], &["export"]] {
            let said = world.keywright(arguments);
            assert!(said.exit == 1 && said.text.contains("the file is empty"), "{arguments:?}: {}", said.text);
            assert!(said.text.contains(trace) && said.text.contains("restore it"), "{arguments:?}: {}", said.text);
        }
        assert_eq!(std::fs::metadata(folder.join("keywright.db")).unwrap().len(), 0);
        let _ = std::fs::remove_file(folder.join("keywright.db.lock"));
    }
    // The next step of the message.
    std::fs::remove_file(folder.join("keywright.db")).unwrap();
    assert_eq!(world.apply().exit, 0);
    world.assert_settled("after a new start");
}

#[test]
fn a_damaged_database_is_reported_and_not_written() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 1s}", "");
    let folder = world.workspace().join(".keywright");
    std::fs::create_dir(&folder).unwrap();
    let mut file = std::fs::File::create(folder.join("keywright.db")).unwrap();
    file.write_all(&[b'x'; 8192]).unwrap();
    let said = world.apply();
    assert!(said.exit == 1 && said.text.contains("not a Keywright database"), "{}: {}", said.exit, said.text);
    assert!(area.requests().iter().all(|request| !request.is_committed()));
}

#[test]
fn a_clock_that_goes_backwards_harms_nothing() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 1s}", "");
    assert_eq!(world.apply().exit, 0);
    world.write(&MANIFESTS.replace("displayName: Ann,", "displayName: Ann C.,"));
    let output =
        world.command(&["apply", "--auto-approve"]).env("KEYWRIGHT_NOW", "2026-01-01T00:00:00Z").output().unwrap();
    assert!(output.status.success());
    world.assert_settled("with a clock of last year");
    let said = world.here(&["runs"]);
    assert!(said.text.contains("2026-01-01") && said.text.lines().count() == 2, "{}", said.text);
}
