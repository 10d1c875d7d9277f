//! Which workspace is meant is never decided by what somebody added.

use std::fs;

use super::repository::PACKAGE;
use super::repository::Repository;
use super::repository::SETTINGS;

#[test]
fn a_workspace_inside_another_is_an_error_that_names_both() {
    let team = Repository::new();
    team.write("pay/keywright.yaml", &SETTINGS.replace("name: team", "name: theirs"));
    team.write("pay/a.yaml", &PACKAGE.replace("payments", "inner"));
    let root = team.root();
    let (inner, outer) = (root.join("pay/keywright.yaml"), root.join("keywright.yaml"));
    for line in ["plan pay", "plan pay --trust origin/main", "validate pay/a.yaml", "plan . pay"] {
        let run = team.run(line);
        assert_eq!(run.exit, 1, "{line}: {}", run.out);
        for file in [&inner, &outer] {
            assert!(run.err.contains(&file.display().to_string()), "{line}: {}", run.err);
        }
        assert!(run.err.contains(&format!("--workspace {}", root.join("pay").display())), "{line}: {}", run.err);
    }
    let chosen = team.run("plan --workspace pay");
    assert!(
        chosen.exit == 0 && chosen.out.contains("theirs") && chosen.out.contains("package/inner"),
        "{}",
        chosen.err
    );
    let mut other = crate::console::Console::new(team.outside());
    other.environment.insert("KEYWRIGHT_WORKSPACE".to_owned(), root.join("pay").display().to_string());
    assert!(other.run("plan").out.contains("theirs"));
    let whole = team.run("validate");
    assert!(
        whole.exit == 3 && whole.out.contains("error[KW-064]: pay is a workspace inside the workspace"),
        "{}",
        whole.out
    );
    // In the folder of the inner one, too, it has a name.
    let mut inside = crate::console::Console::new(root.join("pay"));
    inside.environment.insert("KEYWRIGHT_WORKSPACE".to_owned(), root.display().to_string());
    let ran = inside.run("validate");
    assert!(ran.exit == 3 && ran.out.contains("error[KW-064]: . is a workspace inside"), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("use it with `--workspace .`"), "{}", ran.out);
    // Without the settings above, the trusted ones still are.
    fs::remove_file(&outer).unwrap();
    assert_eq!(team.run("plan pay --trust origin/main").exit, 1);
    assert_eq!(team.run("plan pay").exit, 0);
    team.write("red/keywright.yaml", SETTINGS);
    let both = team.run("plan red pay");
    assert!(both.exit == 1 && both.err.contains("paths of one workspace"), "{}", both.err);
    // Of settings that list their folders, the inner workspace is no part.
    team.write("keywright.yaml", &(SETTINGS.to_owned() + "  manifests: [payments.yaml]\n"));
    assert_eq!(team.run("validate").exit, 0);
}

#[test]
fn the_search_ends_at_the_root_of_the_checkout() {
    let team = Repository::new();
    fs::write(team.outside().join("keywright.yaml"), "not settings").unwrap();
    assert_eq!(team.run("plan").exit, 0);
    fs::remove_file(team.root().join("keywright.yaml")).unwrap();
    assert_eq!(team.run("validate").exit, 0);
}

/// Only root can give files away, so this needs root.
#[test]
#[cfg(unix)]
fn settings_of_another_user_are_refused_unless_their_folder_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let (above, ours) = (root.join("keywright.yaml"), root.join("ours"));
    fs::create_dir(&ours).unwrap();
    fs::write(ours.join("a.yaml"), PACKAGE).unwrap();
    fs::write(&above, SETTINGS).unwrap();
    let console = crate::console::Console::new(ours.clone());
    assert!(console.run("plan").out.contains("team"));
    if std::os::unix::fs::chown(&above, Some(12345), None).is_err() {
        return;
    }
    let run = console.run("plan");
    assert!(run.exit == 1 && run.err.contains("belongs to another user (uid 12345)"), "{}", run.err);
    assert_eq!(console.run("plan --workspace .").exit, 0);
    assert!(console.run("plan --workspace ..").out.contains("team"), "chosen by name");
    // Beside settings of our own it counts for nothing.
    fs::write(ours.join("keywright.yaml"), SETTINGS.replace("team", "mine")).unwrap();
    assert!(console.run("plan").out.contains("mine"));
}
