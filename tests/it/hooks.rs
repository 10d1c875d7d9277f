//! Lists of changed files that a Git hook passes to `validate`: deleted ones, and files of other programs.

use crate::console::Console;
use crate::team::TEAM;
use crate::trust::repository::Repository;

const SETTINGS: &str =
    "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: w}\nspec: {manifests: [team, keys]}\n";
const PACKAGE: &str = "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: other}\nspec: {description: x}\n";

/// A workspace at the root of a repository with files of other programs.
fn repository() -> Repository {
    let repository = Repository::new();
    repository.git("rm -q payments.yaml");
    for (name, text) in [
        ("keywright.yaml", SETTINGS),
        ("team/a.yaml", TEAM),
        ("keys/old.yaml", PACKAGE),
        ("keys/README.md", "# Keys\n"),
        ("README.md", "# Us\n"),
        (".github/workflows/ci.yml", "on: push\njobs: {}\n"),
        ("charts/values.yaml", "replicas: 2\n"),
    ] {
        repository.write(name, text);
    }
    repository.commit();
    repository
}

#[test]
fn files_of_other_programs_are_not_read_and_the_workspace_is() {
    let repository = repository();
    let others = [".github/workflows/ci.yml", "charts/values.yaml", "README.md", "keys/README.md"];
    for other in others {
        for line in [
            format!("validate {other}"),
            format!("validate {other} team/a.yaml"),
            format!("validate team/a.yaml {other}"),
        ] {
            let ran = repository.run(&line);
            assert_eq!(ran.exit, 0, "{line}: {}{}", ran.out, ran.err);
            assert!(ran.out.contains(&format!("info[KW-157]: {other} is not a manifest")), "{line}: {}", ran.out);
        }
    }
    let all = format!("validate {}", others.join(" "));
    assert_eq!(repository.run(&all).exit, 0);
    // The workspace is checked, whatever is in the list.
    repository.write("keys/broken.yaml", "apiVersion: keywright.dev/v1\nkind: Usr\n");
    for line in [all.as_str(), "validate README.md"] {
        let ran = repository.run(line);
        assert!(ran.exit == 3 && ran.out.contains("keys/broken.yaml"), "{line}: {}", ran.out);
    }
    // In a folder of manifests, a YAML file must be one; and a manifest elsewhere is checked.
    std::fs::rename(repository.root().join("keys/broken.yaml"), repository.root().join("charts/broken.yaml")).unwrap();
    let ran = repository.run("validate charts/broken.yaml");
    assert!(ran.exit == 3 && ran.out.contains("warning[KW-157]") && ran.out.contains("KW-009"), "{}", ran.out);
    repository.write("keys/values.yaml", "replicas: 2\n");
    assert_eq!(repository.run("validate keys/values.yaml").exit, 3);
}

#[test]
fn deleted_files_are_a_part_of_the_whole_workspace() {
    let repository = repository();
    let lines = ["validate keys/old.yaml", "validate keys/old.yaml team/a.yaml", "validate team/a.yaml keys/old.yaml"];
    let check = |when: &str| {
        for line in lines {
            let ran = repository.run(line);
            assert_eq!(ran.exit, 0, "{when}, {line}: {}{}", ran.out, ran.err);
            assert!(ran.out.contains("info[KW-151]: keys/old.yaml was deleted"), "{when}, {line}: {}", ran.out);
        }
    };
    std::fs::remove_file(repository.root().join("keys/old.yaml")).unwrap();
    check("only in the checkout");
    repository.git("rm -q keys/old.yaml");
    check("staged");
    repository.commit();
    check("committed");
    repository.write("keys/new.yaml", PACKAGE);
    repository.commit();
    // Two commits ago; the branch left main before.
    assert_eq!(repository.run("validate keys/old.yaml").exit, 1);
    repository.git("update-ref refs/remotes/origin/main HEAD~2");
    check("on the branch");
    // What is missing from the workspace then is an error.
    repository
        .write("keys/new.yaml", "apiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {name: p}\nspec: {package: []}\n");
    let ran = repository.run("validate keys/old.yaml");
    assert!(ran.exit == 3 && ran.out.contains("keys/new.yaml"), "{}", ran.out);
    // Together with its folder, and a name that Git does not know.
    repository.git("rm -q -r -f keys");
    std::fs::remove_dir_all(repository.root().join("keys")).ok();
    repository.write("keywright.yaml", &SETTINGS.replace(", keys", ""));
    check("with its folder");
    let ran = repository.run("validate team/typo.yaml");
    assert!(ran.exit == 1 && ran.err.contains("No such file"), "{}{}", ran.out, ran.err);
    let ran = repository.run("validate team/a.yaml team/typo.yaml");
    assert!(ran.exit == 3 && ran.out.contains("could not read team/typo.yaml"), "{}", ran.out);
    // Only `validate` takes such lists.
    assert_ne!(repository.run("plan keys/old.yaml").exit, 0);
}

#[test]
fn deleted_files_of_several_workspaces() {
    let repository = Repository::new();
    repository.git("rm -q payments.yaml keywright.yaml");
    for name in ["blue", "red"] {
        repository.write(
            &format!("teams/{name}/keywright.yaml"),
            &SETTINGS.replace("name: w", &format!("name: {name}")).replace("[team, keys]", "['.']"),
        );
        repository.write(&format!("teams/{name}/a.yaml"), TEAM);
        repository.write(&format!("teams/{name}/b.yaml"), PACKAGE);
    }
    repository.commit();
    repository.git("rm -q teams/red/b.yaml");
    let below = Console::new(repository.root().join("teams"));
    for (console, files) in
        [(&repository.console, "teams/red/b.yaml teams/blue/a.yaml"), (&below, "red/b.yaml blue/a.yaml")]
    {
        let ran = console.run(&format!("validate {files}"));
        assert!(ran.exit == 0 && ran.out.contains("2 workspaces:"), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("b.yaml was deleted"), "{}", ran.out);
    }
}

/// Two workspaces in `teams`, of which `origin/main` knows, on a branch.
fn teams() -> Repository {
    let repository = Repository::new();
    repository.git("rm -q payments.yaml keywright.yaml");
    for name in ["blue", "red"] {
        let settings = SETTINGS.replace("name: w", &format!("name: {name}")).replace("[team, keys]", "['.']");
        repository.write(&format!("teams/{name}/keywright.yaml"), &settings);
        repository.write(&format!("teams/{name}/a.yaml"), TEAM);
    }
    repository.write(".gitignore", ".keywright/\n");
    repository.write("ci.yml", "on: push\n");
    repository.write("README.md", "# Us\n");
    repository.commit();
    repository.git("update-ref refs/remotes/origin/main HEAD");
    repository
}

#[test]
fn a_deleted_workspace_is_named_and_the_rest_is_checked() {
    let repository = teams();
    let deleted = "warning[KW-138]: the checkout deletes the workspace red in teams/red: no run manages its objects";
    let check = |when: &str| {
        for (line, count) in [
            ("teams/red/keywright.yaml teams/red/a.yaml", 1),
            ("teams/red/a.yaml", 1),
            ("teams/red/keywright.yaml", 1),
            ("teams/red/keywright.yaml teams/red/a.yaml teams/blue/a.yaml", 2),
            ("teams/blue/a.yaml teams/red/a.yaml README.md", 2),
            ("teams/red/a.yaml README.md", 2),
        ] {
            let ran = repository.run(&format!("validate {line}"));
            assert_eq!(ran.exit, 0, "{when}, {line}: {}{}", ran.out, ran.err);
            assert!(ran.out.contains(deleted) && !ran.out.contains("KW-151"), "{when}, {line}: {}", ran.out);
            assert_eq!(ran.out.contains("2 workspaces:"), count == 2, "{when}, {line}: {}", ran.out);
        }
    };
    repository.git("rm -q -r teams/red");
    check("staged");
    // A database that Git ignores is left.
    repository.write("teams/red/.keywright/keywright.db", "x");
    check("with a database");
    repository.commit();
    check("committed");
    let ran = repository.run("validate teams/red/a.yaml --format json");
    assert!(ran.exit == 0 && ran.out.contains("\"KW-138\""), "{}", ran.out);
    let below = Console::new(repository.root().join("teams/blue"));
    let ran = below.run("validate a.yaml ../red/keywright.yaml");
    assert!(ran.exit == 0 && ran.out.contains("deletes the workspace red"), "{}{}", ran.out, ran.err);
    // A name that Git does not know may be mistyped.
    for line in ["teams/red/typo.yaml", "teams/red/a.yaml teams/red/typo.yaml"] {
        let ran = repository.run(&format!("validate {line}"));
        assert!(ran.exit == 1 || ran.exit == 3, "{line}: {}{}", ran.out, ran.err);
        assert!(format!("{}{}", ran.out, ran.err).contains("typo.yaml"), "{line}: {}{}", ran.out, ran.err);
    }
    // The exit is the one of what is left.
    repository.write("teams/blue/a.yaml", "apiVersion: keywright.dev/v1\nkind: Usr\n");
    assert_eq!(repository.run("validate teams/red/a.yaml teams/blue/a.yaml").exit, 3);
    // A pattern like `teams/*` leaves it out also without its settings only.
    repository.git("checkout -q origin/main -- teams/red");
    std::fs::remove_file(repository.root().join("teams/red/keywright.yaml")).unwrap();
    for line in ["teams/red/keywright.yaml", "teams/blue/a.yaml teams/red/keywright.yaml"] {
        repository.write("teams/blue/a.yaml", TEAM);
        let ran = repository.run(&format!("validate {line}"));
        let only = "KW-138]: the checkout deletes the settings of the workspace red in teams/red";
        assert!(ran.exit == 0 && ran.out.contains(only), "{line}: {}{}", ran.out, ran.err);
    }
    // The manifests that are left belong to the workspace above, if there is one.
    repository.write("keywright.yaml", &SETTINGS.replace("[team, keys]", "['.']"));
    let ran = repository.run("validate teams/red/keywright.yaml");
    assert!(!ran.out.contains("KW-138"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_moved_workspace_is_named_in_the_list_that_has_both_folders() {
    let repository = teams();
    repository.git("mv teams/red teams/crimson");
    for is_committed in [false, true] {
        let list = "teams/red/keywright.yaml teams/red/a.yaml teams/crimson/keywright.yaml teams/crimson/a.yaml";
        let ran = repository.run(&format!("validate {list}"));
        let moved = "the checkout moves the workspace red from teams/red to teams/crimson";
        assert!(ran.exit == 0 && ran.out.contains(moved), "{}{}", ran.out, ran.err);
        assert!(!ran.out.contains("metadata.name"), "{}", ran.out);
        if !is_committed {
            repository.commit();
        }
    }
}

/// A commit that touches no workspace.
#[test]
fn files_of_other_programs_alone_are_not_read() {
    let repository = teams();
    for line in ["README.md", "ci.yml", "ci.yml README.md"] {
        let ran = repository.run(&format!("validate {line}"));
        assert!(
            ran.exit == 0 && ran.out.contains("is in no workspace, and is not read"),
            "{line}: {}{}",
            ran.out,
            ran.err
        );
        assert!(!ran.out.contains("error"), "{line}: {}", ran.out);
    }
    repository.write("shared.yaml", "apiVersion: keywright.dev/v1\nkind: Usr\n");
    let ran = repository.run("validate shared.yaml ci.yml");
    assert!(
        ran.exit == 3 && ran.out.contains("shared.yaml") && ran.out.contains("ci.yml is in no workspace"),
        "{}",
        ran.out
    );
    // Where there is no workspace at all, the file was meant.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ci.yml"), "on: push\n").unwrap();
    assert_eq!(Console::new(folder.path().to_path_buf()).run("validate ci.yml").exit, 3);
}

/// Workspaces in folders, and files of other programs beside them.
#[test]
fn files_of_other_programs_beside_the_workspaces_are_not_read() {
    let repository = Repository::new();
    repository.git("rm -q payments.yaml keywright.yaml");
    for name in ["blue", "red"] {
        repository
            .write(&format!("teams/{name}/keywright.yaml"), &SETTINGS.replace("name: w", &format!("name: {name}")));
        repository.write(&format!("teams/{name}/team/a.yaml"), TEAM);
        repository.write(&format!("teams/{name}/keys/b.yaml"), PACKAGE);
    }
    let others = ["ci.yml", ".github/x.yml", "README.md", "broken.yaml"];
    for (name, text) in others.iter().zip(["on: push\n", "jobs: {}\n", "# Us\n", "a: [\n"]) {
        repository.write(name, text);
    }
    repository.write("shared/c.yaml", &PACKAGE.replace("name: other", "name: shared"));
    repository.write("shared/wrong.yaml", "apiVersion: keywright.dev/v1\nkind: Usr\n");
    repository.commit();
    let (blue, red) = ("teams/blue/team/a.yaml", "teams/red/team/a.yaml");
    for other in others {
        for line in [format!("{blue} {other}"), format!("{other} {blue}"), format!("{blue} {other} {red}")] {
            let ran = repository.run(&format!("validate {line}"));
            assert_eq!(ran.exit, 0, "{line}: {}{}", ran.out, ran.err);
            assert!(ran.out.contains(&format!("info[KW-157]: {other} is not a manifest")), "{line}: {}", ran.out);
        }
    }
    // A manifest beside the workspace is checked, and a link out of the repository is not followed.
    assert_eq!(repository.run(&format!("validate {blue} shared/c.yaml")).exit, 0);
    let ran = repository.run(&format!("validate {blue} shared/wrong.yaml"));
    assert!(ran.exit == 3 && ran.out.contains("shared/wrong.yaml"), "{}", ran.out);
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("x.yml"), "on: push\n").unwrap();
    std::os::unix::fs::symlink(outside.path(), repository.root().join("linked")).unwrap();
    let ran = repository.run(&format!("validate {blue} linked/x.yml"));
    assert!(ran.exit == 3 && !ran.out.contains("KW-157"), "{}", ran.out);
    // A missing file is named, however many workspaces the list has.
    let ran = repository.run(&format!("validate {blue} {red} nosuch.yaml"));
    assert!(ran.exit == 1 && ran.err.contains("could not read nosuch.yaml: it does not exist"), "{}", ran.err);
    assert!(!ran.err.contains("two workspaces") && ran.err.contains("help:"), "{}", ran.err);
    let ran = repository.run(&format!("validate {blue} teams/red/team/typo.yaml"));
    assert!(ran.exit == 1 && ran.err.contains("could not read teams/red/team/typo.yaml"), "{}", ran.err);
}
