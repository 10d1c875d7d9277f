//! What a new user does first: `init` and `doctor`. `pages` runs the page of the documentation that leads through them.

use std::fs;

use crate::console::Console;

const AREA: &str = "00000000-0000-0000-0000-000000000000";

#[test]
fn without_options_the_workspace_is_small_and_valid() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::new(folder.path().into());
    let ran = console.run("init shop");
    assert_eq!((ran.exit, &*ran.err), (0, ""), "{}", ran.out);
    let ran = console.run("validate shop");
    assert_eq!((ran.exit, &*ran.err), (0, ""), "{}", ran.out);
    let ran = console.run("init shop");
    assert_eq!(ran.exit, 1);
    assert!(ran.err.contains("it has a keywright.yaml, so it is a workspace"), "{}", ran.err);
    let ran = console.run(&format!("init shop --area {AREA} --export"));
    assert!(ran.exit == 1 && ran.err.contains("help: `keywright export --out .` in that folder"), "{}", ran.err);
}

#[test]
fn files_of_others_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".gitignore"), "target/\n").unwrap();
    let console = Console::new(folder.path().into());
    let ran = console.run("init");
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(ran.out.contains("left as it is; it needs the lines `.keywright/` and `secrets/`"), "{}", ran.out);
    assert_eq!(fs::read_to_string(folder.path().join(".gitignore")).unwrap(), "target/\n");

    let linked = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere", linked.path().join(".gitignore")).unwrap();
    let ran = Console::new(linked.path().into()).run("init");
    assert!(ran.exit == 0 && ran.out.contains("left as it is"), "{}{}", ran.out, ran.err);

    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("first.yaml"), "mine: true\n").unwrap();
    let ran = Console::new(other.path().into()).run("init");
    assert_eq!(ran.exit, 1, "{}", ran.out);
    assert!(ran.err.contains("first.yaml"), "{}", ran.err);
    assert_eq!(fs::read_dir(other.path()).unwrap().count(), 1, "something was written: {}", ran.err);
}

#[test]
fn a_terminal_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = Console::new(folder.path().into());
    console.input = format!("9\n2\n\n{AREA}\n").into_bytes();
    let ran = console.run("init shop");
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(ran.err.contains("Where are the keys?") && ran.err.contains(" [shop]: "), "{}", ran.err);
    let settings = fs::read_to_string(folder.path().join("shop/keywright.yaml")).unwrap();
    assert!(settings.contains("name: shop") && settings.contains("cloudApiManagement") && settings.contains(AREA));
    assert!(!folder.path().join("shop/first.yaml").exists(), "a first manifest would create objects in a living area");
}

#[test]
fn what_cannot_be_is_said_before_anything_is_written() {
    for (line, said) in [
        ("init x --store cam", "needs the id of an area"),
        ("init x --area 12", "is not a UUID"),
        ("init x --store mft", "needs the address of your site"),
        ("init x --store embedded --store cam", "contradict each other"),
        ("init x --export", "contradict each other"),
        ("init x --store mft --url ftp://files.example.com", "could not write keywright.yaml"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let ran = Console::new(folder.path().into()).run(line);
        assert_eq!(ran.exit, 64, "{line}: {}", ran.err);
        assert!(ran.err.contains(said) && ran.err.contains("help: "), "{line}: {}", ran.err);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{line}");
    }
}

/// A name from a folder is text, whatever it looks like.
#[test]
fn a_workspace_that_exists_gets_its_pipelines_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::new(folder.path().to_path_buf());
    assert_eq!(console.run("init").exit, 0);
    let settings = fs::read_to_string(folder.path().join("keywright.yaml")).unwrap();
    fs::remove_file(folder.path().join("first.yaml")).unwrap();
    let added = console.run("init --ci gitlab");
    assert_eq!((added.exit, added.out.matches("  + ").count()), (0, 1), "{}{}", added.out, added.err);
    assert!(folder.path().join(".gitlab-ci.yml").exists() && !folder.path().join("first.yaml").exists());
    assert_eq!(fs::read_to_string(folder.path().join("keywright.yaml")).unwrap(), settings);
    let again = console.run("init --ci gitlab");
    assert!(again.exit == 0 && again.out.contains("left as it is"), "{}{}", again.out, again.err);
    let other = console.run("init --ci gitlab --store cam --area 11111111-1111-4111-8111-111111111111");
    assert!(other.exit == 1 && other.err.contains("adds pipelines to it, without other options"), "{}", other.err);
}

#[test]
fn a_workspace_is_neither_the_home_folder_nor_silently_inside_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = Console::new(folder.path().to_path_buf());
    console.environment.insert("HOME".to_owned(), folder.path().display().to_string());
    let refused = console.run("init");
    assert!(refused.exit == 1 && refused.err.contains("it is your home folder"), "{}", refused.err);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let shop = console.run("init shop");
    assert!(shop.exit == 0 && !shop.out.contains("is a workspace, too"), "{}{}", shop.out, shop.err);
    let inside = console.run("init shop/more");
    assert!(inside.exit == 0 && inside.out.contains("shop is a workspace, too"), "{}{}", inside.out, inside.err);
}

#[test]
fn a_folder_of_a_workspace_is_not_taken_for_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = Console::new(folder.path().to_path_buf());
    assert_eq!(console.run("init shop").exit, 0);
    assert_eq!(console.run("apply shop --auto-approve").exit, 0);
    console.folder = folder.path().join("shop/below");
    fs::create_dir(&console.folder).unwrap();
    for (line, words) in [
        ("plan", "Nothing to do: 5 objects"),
        ("validate", "Valid: 5 objects"),
        ("export --undeclared --out .", "Exported: 0 objects"),
    ] {
        let ran = console.run(line);
        let said = format!("{}{}", ran.out, ran.err);
        assert!(ran.exit == 0 && said.contains(words), "{line}\n{said}");
    }
    assert_eq!(fs::read_dir(&console.folder).unwrap().count(), 0);
}

#[test]
fn an_export_into_a_workspace_is_of_its_store() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::new(folder.path().to_path_buf());
    assert_eq!(console.run("init shop").exit, 0);
    assert_eq!(console.run("apply shop --auto-approve").exit, 0);
    fs::remove_file(folder.path().join("shop/first.yaml")).unwrap();
    let exported = console.run("export --out shop");
    assert!(exported.exit == 0 && exported.err.contains("Exported: 5 objects"), "{}{}", exported.out, exported.err);
    assert!(console.run("plan shop").out.contains("Nothing to do: 5 objects"));
}

#[test]
fn an_empty_workspace_of_a_service_is_filled_by_an_export() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = Console::new(folder.path().to_path_buf());
    let made = console.run("init --area 11111111-1111-4111-8111-111111111111");
    let needs = "set KEYWRIGHT_CAM_API_KEY, KEYWRIGHT_CAM_API_SECRET, KEYWRIGHT_CAM_USERNAME, KEYWRIGHT_CAM_PASSWORD";
    assert!(made.exit == 0 && made.out.contains(needs), "{}{}", made.out, made.err);
    let empty = console.run("validate");
    let said = format!("{}{}", empty.out, empty.err);
    assert!(empty.exit == 3 && said.contains("`keywright export --out .` in that folder"), "{said}");
    for name in ["API_KEY", "API_SECRET", "USERNAME", "PASSWORD"] {
        console.environment.insert(format!("KEYWRIGHT_CAM_{name}"), "not-real".to_owned());
    }
    let made = console.run("init second --area 11111111-1111-4111-8111-111111111111");
    assert!(made.exit == 0 && !made.out.contains("set KEYWRIGHT"), "{}{}", made.out, made.err);
}

#[test]
fn every_name_of_a_folder_is_a_name() {
    for name in ["null", "1.0", "a: b", "# x", "o'neil", "[x]", "é", "yes"] {
        let folder = tempfile::tempdir().unwrap();
        let console = Console::new(folder.path().into());
        let ran = console.run(&format!("init --name {} x", name.replace('\'', "").replace(' ', "_")));
        assert_eq!(ran.exit, 0, "{name}: {}", ran.err);
        fs::create_dir(folder.path().join(name)).unwrap();
        let console = Console::new(folder.path().join(name));
        assert_eq!(console.run("init").exit, 0, "{name}");
        let plan = console.run("plan --format json");
        let plan: serde_json::Value = serde_json::from_str(&plan.out).unwrap();
        assert_eq!(plan["workspace"], name, "{plan}");
    }
}

#[test]
fn a_doctor_names_what_is_missing_and_how_to_fix_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = Console::new(folder.path().into());
    assert_eq!(console.run(&format!("init . --area {AREA} --url http://127.0.0.1:9 --ci gitlab")).exit, 0);
    let ran = console.run("doctor");
    assert_eq!(ran.exit, 1, "{}", ran.out);
    for said in [
        "ok    versions     Keywright 0.1.0, Git ",
        "database script ",
        "warn  manifests",
        "keywright export --out .",
        "warn  Git",
        "fail  credentials",
        "KEYWRIGHT_CAM_API_KEY, KEYWRIGHT_CAM_API_SECRET, KEYWRIGHT_CAM_USERNAME, KEYWRIGHT_CAM_PASSWORD",
        "fix: set",
        "1 thing to fix",
    ] {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
    for name in ["API_KEY", "API_SECRET", "USERNAME", "PASSWORD"] {
        console.environment.insert(format!("KEYWRIGHT_CAM_{name}"), "obviously-fake".into());
    }
    let ran = console.run("doctor --format json");
    assert_eq!(ran.exit, 1, "{}", ran.err);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let sign_in = report["checks"].as_array().unwrap().iter().find(|check| check["subject"] == "sign-in").unwrap();
    assert_eq!((&report["state"], &sign_in["state"]), (&"fail".into(), &"fail".into()), "{report}");
    assert!(!ran.out.contains("obviously-fake"), "{}", ran.out);
}

const SINKS: &str = "\
apiVersion: keywright.dev/v1
kind: Workspace
metadata: {name: shop}
spec:
  environment: {allow: [TEST_]}
  sinks:
    cluster: {kubernetesSecret: {program: /nowhere/kubectl}}
    mail: {command: {program: [no-such-program, '{path}', '{name}'], variables: [TEST_PASSED]}}
    shell: {command: {program: [sh, '{path}', '{name}']}}
    vault: {vault: {address: 'https://vault.example.com', mount: secret, token: {env: KEYWRIGHT_TEST_VAULT}}}
";

#[test]
fn a_doctor_names_everything_that_a_sink_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = Console::new(folder.path().into());
    assert_eq!(console.run("init").exit, 0);
    assert_eq!(console.run("apply --auto-approve").exit, 0);
    let ran = console.run("doctor");
    assert!(ran.out.contains("can be read, with SQLite 3.") && !ran.out.contains("sinks"), "{}", ran.out);
    fs::write(folder.path().join("keywright.yaml"), SINKS).unwrap();
    let ran = console.run("doctor");
    assert_eq!(ran.exit, 1, "{}", ran.out);
    for said in [
        "fail  sinks",
        "cluster: there is no program /nowhere/kubectl",
        "mail: no-such-program: it is not in /usr/local",
        "vault: the variable KEYWRIGHT_TEST_VAULT is not set",
        "fix: install the programs",
    ] {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
    let settings = SINKS.replace("/nowhere/kubectl", "sh").replace("no-such-program", "cat");
    fs::write(folder.path().join("keywright.yaml"), settings).unwrap();
    console.environment.insert("KEYWRIGHT_TEST_VAULT".into(), "obviously-fake".into());
    let ran = console.run("doctor");
    assert!(ran.out.contains("warn  sinks") && ran.out.contains("not set: mail: TEST_PASSED"), "{}", ran.out);
    console.environment.insert("TEST_PASSED".into(), "obviously-fake".into());
    let ran = console.run("doctor");
    let sinks = ran.out.lines().find(|line| line.contains(" sinks ")).unwrap_or_default();
    assert!(sinks.starts_with("ok ") && sinks.contains("bin/cat") && sinks.contains("vault: its token"), "{}", ran.out);
    assert!(!ran.out.contains("obviously-fake"), "{}", ran.out);
}

#[test]
fn words_of_other_programs_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::new(folder.path().into());
    for (line, said) in [
        ("apply --yes", "--auto-approve"),
        ("apply --dry-run", "keywright plan"),
        ("plan -o json", "--format json"),
        ("plan -target x", "PATH"),
        ("destroy", "removed: true"),
        ("lint", "keywright validate"),
        ("apply -auto-approve", "help: an option with a name has two dashes: --auto-approve"),
        ("plan -out=tfplan", "two dashes: --out"),
        ("plan -target=user/ann", "PATH"),
        ("plan -destroy", "removed: true"),
        ("plan --json", "--format json"),
        ("plan --only user/ann", "PATH"),
        ("version --format json", "has only one format"),
    ] {
        let ran = console.run(line);
        assert_eq!(ran.exit, 64, "{line}: {}", ran.err);
        assert!(ran.err.contains(said) && !ran.err.contains("tip:"), "{line}: {}", ran.err);
    }
    fs::create_dir(folder.path().join("shop")).unwrap();
    for line in ["keys shop", "keys due shop", "runs shop"] {
        let ran = console.run(line);
        assert_eq!(ran.exit, 64, "{line}: {}", ran.err);
        assert!(ran.err.contains("help: name the workspace with --workspace FOLDER"), "{line}: {}", ran.err);
    }
    for (line, said) in [
        ("explain CAM24", "could not find the rule CAM24\n  help: did you mean CAM-024?"),
        ("explain cam-24", "did you mean CAM-024?"),
        ("explain kw999", "could not find the rule kw999\n  help: `keywright explain` lists the rules"),
        ("explain 99", "could not find the exit code 99\n  help: the exit codes are 0, 1, 2, "),
        ("explain Usr", "could not find the kind Usr\n  help: did you mean User?"),
        ("explain User.x1", "could not find the field User.x1"),
    ] {
        let ran = console.run(line);
        assert!(ran.exit == 1 && ran.err.contains(said), "{line}: {}", ran.err);
    }
    assert_eq!(console.run("explain packagekey.rotation").exit, 0);
    let page = console.run("man plan");
    assert!(page.exit == 0 && page.out.contains(".TH KEYWRIGHT-PLAN 1"), "{}", page.out);
    assert!(page.out.contains(".SH \"EXIT STATUS\"\n.TP\n\\fB0\\fR\ndone, or nothing to do\n"), "{}", page.out);
    assert_eq!(console.run("explain 4").out, "exit code 4: a guard held changes back, or a limit stopped the plan\n");
    assert!(console.run("version").out.contains("manifests    keywright.dev/v1"));
}
