//! Files in the folder of a workspace that are none of its manifests, and folders that are no workspace.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::console::Console;
use crate::team::TEAM;

fn git(folder: &Path, arguments: &[&str]) {
    assert!(Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap().status.success());
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn files_of_other_programs_that_git_ignores_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::new(folder.path().to_path_buf());
    write(folder.path(), "m.yaml", TEAM);
    write(folder.path(), "node_modules/x/config.yaml", "a: 1\n");
    write(folder.path(), "node_modules/x/broken.yml", "a: [\n");
    assert_eq!(console.run("validate").exit, 3, "without Git, every file counts");
    git(folder.path(), &["init", "--quiet"]);
    write(folder.path(), ".gitignore", "node_modules/\n");
    let ran = console.run("validate");
    assert_eq!((ran.exit, ran.err.as_str()), (0, ""), "{}", ran.out);
    // What the command line names is read.
    assert_eq!(console.run("validate node_modules/x/broken.yml").exit, 3);
}

#[test]
fn a_manifest_that_git_ignores_still_declares_its_object() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::new(folder.path().to_path_buf());
    git(folder.path(), &["init", "--quiet"]);
    write(folder.path(), ".gitignore", "made/\n");
    write(folder.path(), "made/m.yaml", TEAM);
    let ran = console.run("plan");
    assert!(ran.exit == 0 && ran.out.contains("Plan: "), "{}{}", ran.out, ran.err);
}

#[test]
fn a_machine_and_a_home_folder_are_no_workspace_unless_they_say_so() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().canonicalize().unwrap();
    write(&folder, "m.yaml", TEAM);
    let mut console = Console::new("/".into());
    let ran = console.run("validate");
    assert!(ran.exit == 1 && ran.err.contains("which folder has the manifests?"), "{}", ran.err);
    console.folder.clone_from(&folder);
    assert_eq!(console.run("validate").exit, 0, "a folder is the home folder only if the environment says so");
    console.environment.insert("HOME".to_owned(), folder.to_str().unwrap().to_owned());
    for command in ["validate", "plan .", "apply --auto-approve"] {
        let ran = console.run(command);
        assert!(ran.exit == 1 && ran.err.contains("it is your home folder"), "{command}: {}", ran.err);
    }
    assert_eq!(console.run("validate m.yaml").exit, 0, "one file is not the whole folder");
    write(&folder, "keywright.yaml", "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: w}\n");
    assert_eq!(console.run("validate").exit, 0);
}

#[test]
fn a_repository_without_settings_says_which_files_were_read_and_how_to_read_fewer() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::new(folder.path().to_path_buf());
    write(folder.path(), "keys/m.yaml", TEAM);
    write(folder.path(), "ci.yaml", "on: push\n");
    write(folder.path(), "tests/a.yaml", TEAM);
    write(folder.path(), "tests/deep/b.yaml", "a: 1\n");
    let note = "note: there is no keywright.yaml, so all YAML files were read: 2 in tests/, 1 at the top, 1 in keys/\n";
    for command in ["validate", "plan", "keys"] {
        let ran = console.run(command);
        let said = ran.out + &ran.err;
        assert_eq!(said.matches(note).count(), 1, "{command}: {said}");
        assert!(said.contains("  help: name the folder of your manifests, as PATH or with --workspace"), "{said}");
    }
    // In one folder there is nothing to limit, and with settings they do it.
    let ran = console.run("validate tests/deep");
    assert!(ran.exit == 3 && !ran.out.contains("note:"), "{}", ran.out);
    assert_eq!(console.run("validate keys").exit, 0);
    let settings =
        "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: shop}\nspec: {manifests: [keys, tests]}\n";
    write(folder.path(), "keywright.yaml", settings);
    let ran = console.run("validate");
    assert!(ran.exit == 3 && !ran.out.contains("note:"), "{}", ran.out);
}
