//! Nothing is written through a link, into Git's folder, or over a file with another use, whatever a repository contains.
//!
//! Each test was seen to fail without its guard.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::hostile_world::CANARY;
use super::hostile_world::World;
use super::hostile_world::delivered_to;
use super::hostile_world::settings;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_committed_link_of_the_database_leads_nowhere() {
    for side in ["", "-wal", "-journal", ".lock"] {
        let world = World::new();
        world.write("a.yaml", &delivered_to("secrets/app.env", "K"));
        world.write(".keywright/README", "");
        world.link(&format!(".keywright/keywright.db{side}"), world.outside("canary"));
        world.commit();
        world.apply().ends(1, &["could not use the database", "is a link"]);
        world.outside_is_untouched();
        assert!(!world.path("secrets").exists());
    }
}

#[test]
fn a_folder_of_the_database_that_is_a_link_is_not_used() {
    let world = World::new();
    world.write("a.yaml", &delivered_to("secrets/app.env", "K"));
    world.link(".keywright", world.outside(""));
    world.commit();
    for words in [&["apply", "--auto-approve"][..], &["plan"], &["export"], &["runs"]] {
        world.run(words).ends(1, &["could not use the database", ".keywright is a link"]);
    }
    world.outside_is_untouched();
}

#[test]
fn a_database_elsewhere_takes_trusted_settings() {
    let world = World::new();
    world.write("a.yaml", &delivered_to("secrets/app.env", "K"));
    fs::write(world.outside("Cargo.lock"), CANARY).unwrap();
    world.write("keywright.yaml", &settings(&format!("database: \"sqlite:{}\"", world.outside("Cargo").display())));
    world.apply().ends(1, &["could not use the database", "outside the workspace", "postgres://"]);
    assert_eq!(fs::read_to_string(world.outside("Cargo.lock")).unwrap(), CANARY);
    assert!(!world.outside("Cargo").exists());
    // Without a repository no one can open a pull request. Files of other programs are kept nevertheless.
    fs::remove_dir_all(world.path(".git")).unwrap();
    world.apply().ends(1, &["Cargo.lock is not a lock file of Keywright"]);
    assert_eq!(fs::read_to_string(world.outside("Cargo.lock")).unwrap(), CANARY);
    fs::remove_file(world.outside("Cargo.lock")).unwrap();
    world.apply().ends(0, &[]);
    world.run_with("export CI=true", &["plan"]).ends(1, &["outside the workspace"]);
}

#[test]
fn a_database_that_git_tracks_is_refused_with_what_to_do() {
    let world = World::new();
    world.write("a.yaml", &delivered_to("secrets/app.env", "K"));
    world.apply().ends(0, &[]);
    world.commit();
    world.run(&["validate"]).ends(3, &["KW-041", "Git tracks the file", "git rm --cached secrets/app.env"]);
    world.git(&["rm", "--quiet", "--cached", "-r", "secrets"]);
    let texts = ["Git tracks .keywright/keywright.db", "git rm --cached .keywright/keywright.db", "replace the keys"];
    world.run(&["plan"]).ends(1, &texts);
    world.git(&["rm", "--quiet", "--cached", "-r", ".keywright"]);
    world.run(&["plan"]).ends(0, &[]);
}

#[test]
fn a_committed_gitignore_does_not_publish_the_database() {
    let world = World::new();
    world.write("a.yaml", &delivered_to("secrets/app.env", "K"));
    for text in ["", "*.log\n", "*\n!keywright.db\n"] {
        world.write(".keywright/.gitignore", text);
        world.apply().ends(1, &["could not use the database", ".gitignore in its folder does not ignore it"]);
    }
    world.write(".keywright/.gitignore", "*\n!.gitignore\n");
    world.apply().ends(0, &[]);
    assert_eq!(mode(&world.path(".keywright")), 0o700);
}

#[test]
fn no_key_is_delivered_to_where_git_or_a_forge_lives() {
    let world = World::new();
    world.write("keywright.yaml", &settings("manifests: [a.yaml]"));
    world.link("lnk", ".git");
    let config = fs::read_to_string(world.path(".git/config")).unwrap();
    for file in
        ["lnk/config", "lnk/hooks/post-checkout", ".git/config", ".github/x", ".gitlab-ci.yml", "keywright.yaml"]
    {
        world.write("a.yaml", &delivered_to(file, "hooksPath"));
        for words in [&["validate"][..], &["apply", "--auto-approve"]] {
            let ran = world.run(words);
            assert_eq!(ran.code, Some(3), "{file}: {}", ran.output);
            assert!(["KW-018", "KW-041"].iter().any(|rule| ran.output.contains(rule)), "{file}: {}", ran.output);
        }
    }
    assert_eq!(fs::read_to_string(world.path(".git/config")).unwrap(), config);
    assert!(!world.path(".git/hooks/post-checkout").exists());
    // An added folder that is laid out like a repository is one for Git, whatever its name.
    world.git(&["init", "--quiet", "--bare", "repo"]);
    world.write("a.yaml", &delivered_to("repo/hooks/post-update", "K"));
    for words in [&["validate"][..], &["apply", "--auto-approve"]] {
        world.run(words).ends(3, &["KW-041", "repo belongs to Git"]);
    }
    assert!(!world.path("repo/hooks/post-update").exists());
    assert!(!world.path(".keywright").exists());
}

#[test]
fn a_key_is_delivered_over_no_file_of_another_use() {
    let world = World::new();
    for (file, text) in [("run.sh", "#!/bin/sh\nA=1\n"), ("tool.conf", "[net]\n"), ("Makefile", "all:\n\ttrue\n")] {
        world.write(file, text);
        world.write("a.yaml", &delivered_to(file, "SHELL"));
        let words = ["KW-041", "more than variables", "deliver to a file of its own"];
        world.run(&["validate"]).ends(3, &words);
        // The first apply creates the rest of the manifests.
        let ran = world.apply();
        let is_held = matches!(ran.code, Some(3 | 6)) && words.iter().all(|word| ran.output.contains(word));
        assert!(is_held, "{file}: {}", ran.output);
        assert_eq!(fs::read_to_string(world.path(file)).unwrap(), text);
    }
    world.write("app.env", "A=1\n");
    world.git(&["add", "app.env"]);
    world.write("a.yaml", &delivered_to("app.env", "K"));
    world.apply().ends(3, &["KW-041", "Git tracks the file", "git rm --cached"]);
    // Through a link of the user's own, too.
    std::os::unix::fs::symlink(world.path(""), world.outside("clone")).unwrap();
    let clone = world.outside("clone").display().to_string();
    let run = world.run_with("cd /", &["apply", &clone, "--auto-approve"]);
    run.ends(3, &["KW-041", "Git tracks the file"]);
    world.git(&["rm", "--quiet", "--cached", "app.env"]);
    world.apply().ends(0, &[]);
    assert!(fs::read_to_string(world.path("app.env")).unwrap().starts_with("A=1\nK=chk_"));
}

#[test]
fn no_key_is_delivered_over_a_file_that_a_submodule_tracks() {
    let world = World::new();
    world.write("keywright.yaml", &settings("manifests: [a.yaml]"));
    world.write("module/deep/app.env", "A=1\n");
    let in_module = |words: &[&str]| world.git(&[&["-C", "module"], words].concat());
    in_module(&["init", "--quiet"]);
    in_module(&["add", "deep/app.env"]);
    in_module(&["commit", "--quiet", "--message", "all"]);
    world.git(&["-c", "advice.addEmbeddedRepo=false", "add", "module"]);
    world.write("a.yaml", &delivered_to("module/deep/app.env", "K"));
    world.run(&["validate"]).ends(3, &["KW-041", "Git tracks the file", "git -C module rm --cached deep/app.env"]);
    world.apply().ends(3, &["KW-041"]);
    in_module(&["rm", "--quiet", "--cached", "deep/app.env"]);
    world.apply().ends(0, &[]);
    // A folder that does not exist yet is in the same repository.
    world.write("a.yaml", &delivered_to("module/deep/new/app.env", "K"));
    world.apply().ends(0, &[]);
}

#[test]
fn a_saved_plan_delivers_only_to_where_manifests_may() {
    let world = World::new();
    world.write("keywright.yaml", &settings("manifests: [a.yaml]"));
    world.write("a.yaml", &delivered_to("secrets/app.env", "K"));
    world.run(&["plan", "--out", "p.json"]).ends(0, &[]);
    world.link("lnk", ".git");
    let text = fs::read_to_string(world.path("p.json")).unwrap();
    assert!(text.contains("secrets/app.env"));
    for place in [".git/hooks/post-checkout", "lnk/config", "../outside/canary", "b.yaml"] {
        let changed = text.replace("secrets/app.env", place);
        fs::write(world.path("p.json"), keywright::saved_plan::sealed(changed.as_bytes()).unwrap()).unwrap();
        world.run(&["apply", "p.json"]).ends(3, &["could not write K to"]);
    }
    assert!(!world.path(".git/hooks/post-checkout").exists());
    world.outside_is_untouched();
    assert!(!world.run(&["export"]).output.contains("PackageKey"), "a key was created but not delivered");
}

#[test]
fn what_is_made_is_its_owners_and_ignored_by_git() {
    let world = World::new();
    world.write("a.yaml", &delivered_to("secrets/deep/app.env", "K"));
    world.run_with("umask 000", &["apply", "--auto-approve"]).ends(0, &[]);
    for folder in [".keywright", "secrets", "secrets/deep"] {
        assert_eq!(mode(&world.path(folder)), 0o700, "{folder}");
    }
    for file in ["secrets/deep/app.env", ".keywright/keywright.db", ".keywright/keywright.db.lock"] {
        assert_eq!(mode(&world.path(file)), 0o600, "{file}");
    }
    assert_eq!(world.git(&["add", "--all", "--dry-run"]), "add 'a.yaml'\n");
}

#[test]
fn a_plan_is_saved_through_no_link() {
    let world = World::new();
    world.write("keywright.yaml", &settings("manifests: [a.yaml]"));
    world.write("a.yaml", &delivered_to("secrets/app.env", "K"));
    world.link("file.json", world.outside("canary"));
    world.link("new.json", world.outside("new"));
    world.link("plans", ".git/hooks");
    for out in ["file.json", "new.json", "plans/post-checkout"] {
        world.run(&["plan", "--out", out]).ends(1, &["could not save the plan", "is a link"]);
    }
    world.outside_is_untouched();
    assert!(!world.path(".git/hooks/post-checkout").exists());
    let elsewhere = world.outside("p.json");
    world.run(&["plan", "--out", elsewhere.to_str().unwrap()]).ends(0, &["Saved"]);
}

#[test]
fn a_plan_is_saved_through_no_link_of_the_repository_above_the_current_folder() {
    let world = World::new();
    world.write("pay/keywright.yaml", &settings("manifests: [a.yaml]"));
    world.write("pay/a.yaml", &delivered_to("secrets/app.env", "K"));
    world.write("saved/README", "");
    for (target, said) in [(world.outside(""), "plans is a link"), (".git/hooks".into(), "plans is a link")] {
        world.link("plans", target);
        for out in ["../plans/post-checkout".to_owned(), world.path("plans/post-checkout").display().to_string()] {
            world.run_with("cd pay", &["plan", "--out", &out]).ends(1, &["could not save the plan", said]);
        }
        fs::remove_file(world.path("plans")).unwrap();
    }
    for out in ["../.git/hooks/post-checkout", "../.GIT/x"] {
        let ran = world.run_with("mkdir -p .GIT; cd pay", &["plan", "--out", out]);
        ran.ends(1, &["could not save the plan", "belongs to Git"]);
    }
    world.outside_is_untouched();
    assert!(!world.path(".git/hooks/post-checkout").exists());
    world.run_with("cd pay", &["plan", "--out", "../saved/p.json"]).ends(0, &["Saved"]);
    // A link of the user to a folder elsewhere is the user's own.
    std::os::unix::fs::symlink(world.outside(""), world.path("../link")).unwrap();
    world.run_with("cd pay", &["plan", "--out", "../../link/p.json"]).ends(0, &["Saved"]);
    assert!(world.outside("p.json").is_file());
    // Nor is a plan read through a link of the repository.
    world.link("plans", world.outside(""));
    world.run_with("cd pay", &["show", "../plans/p.json"]).ends(1, &["could not read", "a link leads out"]);
    world.run_with("cd pay", &["show", "../../link/p.json"]).ends(0, &["key/production"]);
}

#[test]
fn a_trusted_database_beside_the_workspace_is_behind_no_link_of_the_repository() {
    let world = World::new();
    world.write("pay/keywright.yaml", &settings("database: sqlite:../state/k.db"));
    world.write("pay/a.yaml", &delivered_to("secrets/app.env", "K"));
    world.write("state/README", "");
    world.commit();
    let commit = world.git(&["rev-parse", "HEAD"]);
    let apply = ["apply", "--auto-approve", "--workspace", "pay", "--trust", commit.trim()];
    fs::remove_dir_all(world.path("state")).unwrap();
    for target in [world.outside(""), ".git".into()] {
        world.link("state", target);
        world.run(&apply).ends(1, &["could not use the database", "state is a link"]);
        fs::remove_file(world.path("state")).unwrap();
    }
    world.outside_is_untouched();
    fs::create_dir(world.path("state")).unwrap();
    world.run(&apply).ends(0, &[]);
    assert!(world.path("state/k.db").is_file());
}

#[test]
fn a_pipe_where_something_is_written_is_refused_without_waiting() {
    let world = World::new();
    world.write("a.yaml", &delivered_to("pipe", "K"));
    world.pipe("pipe");
    world.run(&["validate"]).ends(3, &["KW-041", "it is not a regular file"]);
    world.apply().ends(6, &["KW-041", "it is not a regular file"]);
    for side in ["", ".lock", "-wal"] {
        let world = World::new();
        world.write("a.yaml", &delivered_to("secrets/app.env", "K"));
        fs::create_dir(world.path(".keywright")).unwrap();
        world.pipe(&format!(".keywright/keywright.db{side}"));
        world.apply().ends(1, &["could not use the database", "it is not a regular file"]);
    }
}

#[test]
fn a_file_that_git_would_publish_is_named() {
    let world = World::new();
    world.write("a.yaml", &delivered_to("secrets/app.env", "K"));
    world.apply().ends(0, &["Applied"]);
    let quiet = world.run(&["plan"]);
    assert!(!quiet.output.contains("does not ignore"), "a new folder ignores itself: {}", quiet.output);
    // A folder that exists has what the repository put there.
    world.write("keys/.gitignore", "!*\n");
    world.write("a.yaml", &delivered_to("keys/app.env", "K"));
    world.run(&["plan"]).ends(0, &["warning[KW-041]", "Git does not ignore keys/app.env", ".gitignore"]);
    world.write("keys/.gitignore", "*.env\n");
    let quiet = world.run(&["plan"]);
    assert!(!quiet.output.contains("does not ignore"), "{}", quiet.output);
}

/// A container runs as root on a checkout of the user who started it.
#[test]
fn in_a_checkout_of_another_user_root_delivers_and_refuses_as_elsewhere() {
    let world = World::new();
    world.write("a.yaml", &delivered_to("secrets/app.env", "K"));
    world.commit();
    let chown = std::process::Command::new("chown").args(["-R", "12345:12345"]).arg(world.path("")).status();
    if !chown.unwrap().success() {
        // Only root can give files away.
        return;
    }
    world.apply().ends(0, &["Applied"]);
    world.run(&["plan"]).ends(0, &["Nothing to do"]);
    world.write("app.env", "A=1\n");
    world.git(&["-c", "safe.directory=*", "add", "app.env"]);
    world.write("a.yaml", &delivered_to("app.env", "K"));
    world.apply().ends(3, &["KW-041", "Git tracks the file"]);
}
