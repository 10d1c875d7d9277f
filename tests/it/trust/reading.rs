//! Files that a repository names are read inside the workspace only, and nothing of a refused file is shown.
//!
//! Each test was seen to fail without its guard.

use std::fs;

use super::hostile_world::CANARY;
use super::hostile_world::TEAM;
use super::hostile_world::World;
use super::hostile_world::settings;

/// A package key whose value is read from somewhere.
fn key_from(source: &str) -> String {
    format!(
        "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: k}}\nspec: {{user: alice, application: \
         checkout, package: payments, plan: gold, key: {{custom: {source}}}}}\n"
    )
}

/// A store for API keys that is bound from a file.
fn openapi(file: &str) -> String {
    settings(&format!(
        "stores: {{managedFileTransfer: {{url: \"http://127.0.0.1:9\", credentials: {{apiKey: {{env: KEYWRIGHT_K}}}}, \
         openapi: {file}}}}}"
    ))
}

#[test]
fn a_link_out_of_the_workspace_is_named_and_nothing_of_its_target_is_shown() {
    let world = World::new();
    world.write("a.yaml", TEAM);
    fs::write(world.outside("inner.yaml"), CANARY).unwrap();
    world.link("file.yaml", world.outside("canary"));
    world.link("folder", world.outside(""));
    world.link("nowhere.yaml", "gone.yaml");
    for paths in [&["validate"][..], &["validate", "."], &["plan"], &["apply", "--auto-approve"]] {
        let ran = world.run(paths);
        ran.ends(3, &["KW-040", "could not read file.yaml", "could not read folder: a link leads"]);
        ran.ends(3, &["could not read nowhere.yaml: the link leads to gone.yaml, which does not exist"]);
        assert!(!ran.output.contains("inner.yaml"), "{}", ran.output);
    }
    for named in ["file.yaml", "folder"] {
        let ran = world.run(&["validate", named]);
        assert!(ran.code == Some(3) || ran.code == Some(1), "{}", ran.output);
        assert!(ran.output.contains("a link leads"), "{}", ran.output);
    }
    for words in [["show", "file.yaml"], ["apply", "file.yaml"]] {
        assert_ne!(world.run(&words).code, Some(0));
    }
}

#[test]
fn a_link_shows_no_file_that_is_not_a_manifest() {
    let world = World::new();
    world.write("a.yaml", TEAM);
    world.git(&["config", "http.extraHeader", CANARY]);
    world.write("secrets/app.env", CANARY);
    world.link("config.yaml", ".git/config");
    world.link("delivered.yaml", "secrets/app.env");
    world.run(&["validate"]).ends(3, &["KW-040", "could not read config.yaml", "could not read delivered.yaml"]);
    fs::remove_file(world.path("config.yaml")).unwrap();
    fs::remove_file(world.path("delivered.yaml")).unwrap();
    world.link("git", ".git");
    world.run(&["validate"]).ends(3, &["KW-040", "could not read git: .git belongs to Git"]);
    fs::remove_file(world.path("git")).unwrap();
    for named in [".git/config", "secrets/app.env", ".git", "secrets/../.git/config"] {
        world.write("keywright.yaml", &settings(&format!("manifests: [a.yaml, {named}]")));
        world.run(&["validate"]).ends(3, &["KW-040"]);
    }
}

#[test]
fn no_manifest_sends_a_key_of_keywright_to_a_store() {
    let world = World::new();
    world.write("a.yaml", TEAM);
    world.apply().ends(0, &[]);
    world.write(".keywright/fingerprint.key", "FAKE-key-of-keywright-0123456789");
    world.link("copy", ".keywright/fingerprint.key");
    for file in [".keywright/fingerprint.key", "copy", ".git/HEAD"] {
        world.write("key.yaml", key_from(&format!("{{file: {file}}}")).trim_start_matches("---\n"));
        world.run(&["plan"]).ends(3, &["KW-013", "belongs to"]);
    }
}

#[test]
fn settings_behind_a_link_are_not_read() {
    let world = World::new();
    world.write("a.yaml", TEAM);
    fs::write(world.outside("canary.yaml"), CANARY).unwrap();
    world.link("keywright.yaml", world.outside("canary.yaml"));
    world.run(&["validate"]).ends(3, &["KW-040", "keywright.yaml"]);
}

#[test]
fn a_folder_behind_a_link_is_not_made_the_workspace() {
    let world = World::new();
    fs::write(world.outside("keywright.yaml"), settings("rules: {}")).unwrap();
    fs::write(world.outside("x.yaml"), CANARY).unwrap();
    world.link("pay", world.outside(""));
    world.run(&["validate", "pay"]).ends(1, &["a link leads out of", "help:"]);
}

#[test]
fn manifests_secrets_and_descriptions_elsewhere_are_refused() {
    let world = World::new();
    world.write("a.yaml", TEAM);
    let outside = world.outside("canary");
    world.write("keywright.yaml", &settings(&format!("manifests: [., {}, ../outside]", outside.display())));
    world.run(&["validate"]).ends(3, &["KW-040", "outside the workspace"]);
    world.write("keywright.yaml", &settings("manifests: [.]"));
    world.link("secret", &outside);
    world.write("key.yaml", key_from("{file: secret}").trim_start_matches("---\n"));
    world.run(&["plan"]).ends(3, &["KW-013", "a link leads out of the workspace"]);
    fs::remove_file(world.path("key.yaml")).unwrap();
    for file in ["secret", "../outside/canary"] {
        world.write("keywright.yaml", &openapi(file));
        world.run_with("export KEYWRIGHT_K=x", &["plan"]).ends(1, &["could not read the OpenAPI file"]);
    }
}

#[test]
fn a_folder_that_the_settings_list_may_be_read() {
    let world = World::new();
    fs::write(world.outside("team.yaml"), TEAM).unwrap();
    world.link("common", world.outside(""));
    world.write("keywright.yaml", &settings(&format!("environment: {{files: [{}]}}", world.outside("").display())));
    world.run(&["validate"]).ends(0, &["Valid: 4 objects."]);
}

#[test]
fn a_listed_folder_of_the_repository_is_read_through_no_link_of_it() {
    let world = World::new();
    let listed = world.path("shared/pay");
    world.write("pay/a.yaml", TEAM);
    let files = format!("environment: {{files: [{}]}}", listed.display());
    world.write("pay/keywright.yaml", &settings(&files));
    world
        .write("pay/key.yaml", key_from(&format!("{{file: {}/canary}}", listed.display())).trim_start_matches("---\n"));
    world.write("shared/pay/canary", "fake-value-of-the-repository");
    let plan = ["plan", "--workspace", "pay"];
    world.run(&plan).ends(0, &["key/k"]);
    fs::remove_dir_all(world.path("shared")).unwrap();
    fs::create_dir(world.outside("pay")).unwrap();
    for name in ["canary", "pay/canary", "pay/x.yaml"] {
        fs::write(world.outside(name), CANARY).unwrap();
    }
    let why = "it is in a folder that the settings list, but shared is a link of the repository";
    world.link("shared", world.outside(""));
    world.run(&plan).ends(3, &["KW-013", why]);
    world.link("pay/x.yaml", "../shared/pay/x.yaml");
    world.run(&plan).ends(3, &["KW-040", why]);
    // Not even if a link of the user leads to the checkout.
    std::os::unix::fs::symlink(world.path(""), world.outside("checkout")).unwrap();
    world.write("pay/keywright.yaml", &settings(&files.replace("/repository/", "/outside/checkout/")));
    world.run(&plan).ends(3, &["KW-040", why]);
}

#[test]
fn a_named_path_beside_the_workspace_stays_in_the_repository() {
    let world = World::new();
    world.write("pay/keywright.yaml", &settings("rules: {}"));
    world.write("pay/a.yaml", TEAM);
    world.write("other/b.yaml", "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: b}\nspec: {}\n");
    fs::write(world.outside("c.yaml"), CANARY).unwrap();
    let beside = ["validate", "--workspace", "pay", "pay"];
    world.link("common", "other");
    world.run(&[&beside[..], &["common"]].concat()).ends(0, &["Valid: 5 objects."]);
    for (target, said) in [(world.outside(""), "a link leads out"), (world.path(".git"), "belongs to Git")] {
        fs::remove_file(world.path("common")).unwrap();
        world.link("common", &target);
        for named in ["common", "common/c.yaml"] {
            let ran = world.run(&[&beside[..], &[named]].concat());
            assert!(ran.code == Some(3) && !ran.output.contains("declares nothing"), "{named}: {}", ran.output);
        }
        world.run(&[&beside[..], &["common"]].concat()).ends(3, &["KW-040", said]);
        world.run_with("cd pay", &["validate", ".", "../common"]).ends(3, &["KW-040", said]);
    }
    let elsewhere = world.outside("packages");
    fs::create_dir(&elsewhere).unwrap();
    fs::copy(world.path("other/b.yaml"), elsewhere.join("b.yaml")).unwrap();
    world.run(&[&beside[..], &[elsewhere.to_str().unwrap()]].concat()).ends(0, &["Valid: 5 objects."]);
}

#[test]
fn a_mounted_config_map_is_read_once() {
    let world = World::new();
    world.write("..2026_11_28/a.yaml", TEAM);
    world.write("..2026_11_28/keywright.yaml", &settings("rules: {}"));
    world.link("..data", "..2026_11_28");
    world.link("a.yaml", "..data/a.yaml");
    world.link("keywright.yaml", "..data/keywright.yaml");
    world.run(&["validate"]).ends(0, &["Valid: 4 objects."]);
}

#[test]
fn pipes_and_devices_are_refused_without_waiting() {
    let world = World::new();
    world.write("a.yaml", TEAM);
    world.pipe("pipe");
    world.write("key.yaml", key_from("{file: pipe}").trim_start_matches("---\n"));
    world.run(&["plan"]).ends(3, &["it is not a regular file"]);
    fs::remove_file(world.path("key.yaml")).unwrap();
    world.write("keywright.yaml", &openapi("pipe"));
    world.run_with("export KEYWRIGHT_K=x", &["plan"]).ends(1, &["it is not a regular file"]);
    fs::remove_file(world.path("keywright.yaml")).unwrap();
    world.run(&["show", "pipe"]).ends(1, &["it is not a regular file"]);
    world.link("zero.yaml", "/dev/zero");
    world.run(&["validate", "zero.yaml"]).ends(3, &["KW-040"]);
}

#[test]
fn a_workspace_inside_of_a_workspace_is_named_as_one() {
    let world = World::new();
    world.write("keywright.yaml", &settings("ownership: {packages: all}"));
    world.write("shared/a.yaml", TEAM);
    world.write("red/keywright.yaml", &settings("ownership: {packages: all}"));
    world.write("red/b.yaml", CANARY);
    world.run(&["validate"]).ends(3, &["KW-064", "red is a workspace inside the workspace"]);
    world.write("keywright.yaml", &settings("manifests: [shared]"));
    world.run(&["validate"]).ends(0, &["Valid: 4 objects."]);
}
