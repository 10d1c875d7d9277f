//! A value that a person pasted, and one that was shown in a file, are nowhere else.

use std::io::Write;
use std::process::Stdio;

use super::planted::CUSTOM;
use super::planted::MANIFESTS;
use super::planted::World;
use super::planted::assert_clean;
use super::traces::search;
use crate::cloud::area::Area;

#[test]
fn a_leaked_value_stays_where_it_was() {
    let world = World::new(MANIFESTS);
    let area = Area::start(&world.path().join("area"), &[]);
    world.point_at(&area.url, "");
    world.run(&["apply", "--auto-approve"]);
    for format in ["text", "json"] {
        let arguments =
            ["keys", "revoke", "--stdin", "--auto-approve", "--verbose", "--log-format=json", "--format", format];
        let mut command = world.command(&arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        write!(child.stdin.take().unwrap(), "PARTNER_KEY={}\r\n", CUSTOM.1).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_clean("the output of keys revoke", &output.stdout, &world.secrets());
        assert_clean("the errors of keys revoke", &output.stderr, &world.secrets());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    // The file is one of those that exist to hold a value.
    world.run(&["keys", "reveal", "key/production", "--out", "secrets/shown.txt", "--auto-approve", "--verbose"]);
    assert!(world.workspace().join("secrets/shown.txt").exists());
    for command in [&["runs"][..], &["runs", "show", "2"], &["keys"], &["plan"]] {
        world.run(command);
    }
    search(&world, "after a leak");
}
