//! The programs that Keywright starts get no secret: neither in their arguments, nor in their environment.

use super::planted::CREDENTIALS;
use super::planted::MANIFESTS;
use super::planted::World;
use super::planted::assert_clean;
use crate::cloud::area::Area;

/// A program that writes down how it was called, in a file that no output names.
#[cfg(unix)]
#[test]
fn a_program_that_gives_a_secret_is_told_none() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new(MANIFESTS);
    let program = world.path().join("program");
    let record = world.path().join("record");
    let script =
        format!("#!/bin/sh\ntr '\\0' '\\n' < /proc/$$/cmdline > {0}\necho canary-custom.key_0007\n", record.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = program.display().to_string();
    world.write(&MANIFESTS.replace("{env: APP_KEY}", &format!("{{command: [{program}, one]}}")));
    let area = Area::start(&world.path().join("area"), &[]);
    world.point_at(&area.url, "");
    let path = world.workspace().join("keywright.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("allow: [APP_]", &format!("allow: [APP_], commands: [{program}]"))).unwrap();
    let output = world.run(&["apply", "--auto-approve"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let called = std::fs::read(&record).unwrap();
    assert!(!called.is_empty());
    assert_clean("the arguments of a program", &called, &world.secrets());
    // Nor are they among Keywright's own, which everybody on the machine can read.
    assert!(CREDENTIALS.iter().all(|(_, value)| !String::from_utf8_lossy(&called).contains(value)));
}
