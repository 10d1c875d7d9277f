//! The programs that Keywright starts get no secret: neither in their arguments, nor in their environment.

use super::planted::MANIFESTS;
use super::planted::World;
use super::planted::assert_clean;
use crate::cloud::area::Area;

#[cfg(unix)]
#[test]
fn a_program_that_provides_a_secret_gets_none() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new(MANIFESTS);
    // Writes its arguments and its environment to a file that no output names.
    let (program, record) = (world.path().join("program"), world.path().join("record"));
    let script = format!(
        "#!/bin/sh\ncat /proc/$$/cmdline /proc/$$/environ > {0}\nenv >> {0}\necho canary-custom.key_0007\n",
        record.display()
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = program.display().to_string();
    world.write(&MANIFESTS.replace("{env: APP_KEY}", &format!("{{command: [{program}, one]}}")));
    let area = Area::start(&world.path().join("area"), &[]);
    world.point_at(&area.url, "");
    let path = world.workspace().join("keywright.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let listed = format!("allow: [APP_], commands: [[{program}, one]]");
    std::fs::write(&path, text.replace("allow: [APP_]", &listed)).unwrap();
    let output = world.run(&["apply", "--auto-approve"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let called = std::fs::read(&record).unwrap();
    assert!(String::from_utf8_lossy(&called).contains("PATH="), "the program has no environment");
    assert_clean("the arguments and the environment of a program", &called, &world.secrets());
}
