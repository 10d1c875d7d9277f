//! Two keys in one file of the workspace, which they reach in different ways. Seen to fail: the names of file and sink were
//! compared, so each run replaced the value of one key by that of the other.

use super::Workspace;
use super::says;

const SINKS: &str = "    local: {file: {folder: secrets}}
    deep: {file: {folder: secrets/app}}
    json: {file: {folder: secrets, format: json}}
    raw: {file: {folder: secrets, format: raw}}
    deep-raw: {file: {folder: secrets/app, format: raw}}
    sealed: {age: {folder: sealed, recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}}
    other: {age: {folder: sealed, recipients: [age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg]}}
    deep-sealed: {age: {folder: sealed/app, recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}}
    prog: {command: {program: [/bin/store, '{name}', '{token}'], receipt: none}}
    sops: {sops: {folder: sealed, age: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}}
";

fn of_two_keys(first: &str, second: &str) -> Workspace {
    let workspace = Workspace::new(SINKS, &format!("deliver: [{first}]"));
    let text = std::fs::read_to_string(workspace.path("m.yaml")).unwrap();
    let other = text.rsplit("---\n").next().unwrap().replace("name: k", "name: l").replace("chk_", "oth_");
    std::fs::write(workspace.path("m.yaml"), format!("{text}---\n{}", other.replace(first, second))).unwrap();
    workspace
}

#[test]
fn two_keys_are_refused_however_they_reach_the_file() {
    for (first, second, said) in [
        (
            "{file: secrets/app, as: KEY}",
            "{to: local, path: app, as: KEY}",
            "two keys are delivered to KEY in app of local, the file secrets/app",
        ),
        ("{to: local, path: app, as: KEY}", "{file: ./secrets//app, as: KEY}", "KEY in ./secrets//app"),
        ("{to: local, path: app/a, as: KEY}", "{to: deep, path: a, as: KEY}", "a of deep, the file secrets/app/a"),
        ("{to: raw, path: app/a, as: KEY}", "{to: deep-raw, path: a, as: KEY}", "the file secrets/app/a/KEY"),
        ("{to: sealed, path: app, as: KEY}", "{to: other, path: app, as: KEY}", "the file sealed/app/KEY.age"),
        ("{to: sealed, path: app/a, as: KEY}", "{to: deep-sealed, path: a, as: KEY}", "the file sealed/app/a/KEY.age"),
        (
            "{to: json, path: app, as: A}",
            "{to: local, path: app, as: B}",
            "app of local, the file secrets/app would have two formats",
        ),
        ("{to: raw, path: app, as: a}", "{file: secrets/app/a, as: B}", "secrets/app/a would have two formats"),
        // Its program does not look at the path.
        ("{to: prog, path: a, as: KEY}", "{to: prog, path: b, as: KEY}", "write {path} and {name} in the program"),
    ] {
        let ran = of_two_keys(first, second).runs("validate", 3);
        says(&ran, "error[KW-018]");
        says(&ran, said);
        says(&ran, "the other one");
    }
}

#[test]
fn keys_may_share_a_file_that_holds_several() {
    for (first, second) in [
        ("{file: secrets/app, as: A}", "{to: local, path: app, as: B}"),
        ("{to: json, path: app, as: A}", "{to: json, path: app, as: B}"),
        ("{to: raw, path: app, as: A}", "{to: raw, path: app, as: B}"),
        ("{to: sealed, path: app, as: KEY}", "{to: sops, path: app, as: KEY}"),
    ] {
        let workspace = of_two_keys(first, second);
        workspace.runs("validate", 0);
        if !second.contains("sops") {
            workspace.applies();
            workspace.is_settled();
        }
    }
}

/// One place is a file, and the other one needs a folder there.
#[test]
fn a_place_inside_of_a_file_is_refused_before_a_key_exists() {
    for (first, second, said) in [
        ("{file: secrets/app, as: A}", "{file: secrets/app/b, as: B}", "secrets/app"),
        ("{file: secrets/app/b/c, as: A}", "{to: local, path: app, as: B}", "app of local, the file secrets/app"),
        ("{to: json, path: app, as: A}", "{to: raw, path: app, as: b}", "secrets/app"),
        ("{to: raw, path: app, as: a}", "{to: local, path: app/a/b, as: B}", "secrets/app/a"),
        ("{to: local, path: app, as: A}", "{to: deep, path: app, as: B}", "secrets/app"),
        ("{to: sealed, path: app, as: a}", "{to: sops, path: app/a.age, as: B}", "sealed/app/a.age"),
        ("{file: sealed/app, as: A}", "{to: sealed, path: app, as: B}", "sealed/app"),
    ] {
        let ran = of_two_keys(first, second).runs("validate", 3);
        says(&ran, "error[KW-018]");
        says(&ran, said);
        says(&ran, "which is a file for another delivery");
        says(&ran, "the other one");
    }
    // Both of one key.
    let workspace = Workspace::new(SINKS, "deliver: [{file: secrets/app/b, as: A}, {file: secrets/app, as: B}]");
    says(&workspace.runs("validate", 3), "error[KW-018]");
    // Beside each other.
    of_two_keys("{file: secrets/app, as: A}", "{file: secrets/app.d/b, as: B}").runs("validate", 0);
}

/// Nothing is written over a link, so it is no other way to a file.
#[test]
fn a_folder_that_is_a_link_is_refused() {
    for linked in ["{file: linked/app, as: KEY}", "{to: linked, path: app, as: KEY}"] {
        let workspace = of_two_keys("{to: local, path: app, as: KEY}", linked);
        workspace.sinks(&format!("{SINKS}    linked: {{file: {{folder: linked}}}}\n"));
        std::fs::create_dir(workspace.path("secrets")).unwrap();
        std::os::unix::fs::symlink("secrets", workspace.path("linked")).unwrap();
        let ran = workspace.console.run("apply --auto-approve");
        assert_ne!(ran.exit, 0);
        says(&ran, "KW-041");
        assert!(workspace.live().len() < 2);
    }
}
