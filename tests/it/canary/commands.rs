//! Commands of CI runners in foreign text: from manifests, from the store and from the command line.

use super::planted::World;
use crate::cloud::area::Area;

const HOSTILE: [&str; 3] = ["##vso[task.setvariable variable=x]y", "##[error]x", "::add-mask::x"];

/// What a runner does: it checks each line without leading spaces.
fn assert_no_command(what: &str, text: &str) {
    for line in text.lines() {
        let line = line.trim_start();
        let name = line.strip_prefix("::").map(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
        assert!(name != Some(true), "{what}: {line}");
        for start in ["##vso[", "##[", "##teamcity["] {
            assert!(!line.contains(start), "{what}: {line}");
        }
    }
}

#[test]
fn no_output_holds_a_command_of_a_runner() {
    let texts = HOSTILE.map(|text| format!("a\\n{text}\\n  {text}")).join("\\n");
    let manifests = format!(
        "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {{name: \"{}\"}}\nspec: {{description: \"{texts}\", eav: {{\"{}\": \"{}\"}}}}\n",
        HOSTILE[0], HOSTILE[1], HOSTILE[2]
    );
    let world = World::new(&manifests);
    let area = Area::start(&world.path().join("area"), &[]);
    world.point_at(&area.url, "");
    for command in [
        &["plan"][..],
        &["plan", "--format=json"],
        &["plan", "--format=markdown"],
        &["plan", "--format=sarif"],
        &["plan", "--format=gitlab"],
        &["plan", "--format=junit"],
        &["plan", "--diff", "unified"],
        &["plan", "--out", "plan.json"],
        &["show", "plan.json"],
        &["show", "plan.json", "--format=markdown"],
        &["show", "plan.json", "--format=json"],
        &["apply", "--auto-approve", "--verbose"],
        &["runs"],
        &["runs", "show", "1"],
        &["export"],
        &["explain", HOSTILE[0]],
        &["plan", HOSTILE[2]],
        &["plan", "--allow", "package/##vso[task.x]"],
        &[HOSTILE[2]],
        &["plan", &format!("--{}", HOSTILE[1])],
    ] {
        let output = world.run(command);
        assert_no_command(&format!("{command:?}, output"), &String::from_utf8(output.stdout).unwrap());
        assert_no_command(&format!("{command:?}, errors"), &String::from_utf8(output.stderr).unwrap());
    }
    // Escaped text has the same content.
    let output = world.run(&["export"]);
    std::fs::write(world.workspace().join("all.yaml"), output.stdout).unwrap();
    let output = world.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
