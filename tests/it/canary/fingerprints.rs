//! Fingerprints in the workspace database: guesses of a value cannot be tested, and another key makes them unknown.

use std::path::Path;
use std::path::PathBuf;

use super::planted::FINGERPRINT;
use super::planted::MANIFESTS;
use super::planted::World;
use super::planted::assert_no_guess;
use crate::cloud::area::Area;

const NAMED: &str = "  fingerprints: {key: {env: KEYWRIGHT_FINGERPRINT_KEY}}\n";

fn database(world: &World) -> PathBuf {
    world.workspace().join(".keywright/keywright.db")
}

/// The fingerprints of the journal.
fn noted(world: &World) -> Vec<String> {
    let connection = rusqlite::Connection::open(database(world)).unwrap();
    let mut statement = connection.prepare("SELECT value FROM writes WHERE value IS NOT NULL").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn applied(more: &str) -> (World, Area) {
    let world = World::new(MANIFESTS);
    let area = Area::start(&world.path().join("area"), &[]);
    world.point_at(&area.url, more);
    let output = world.run(&["apply", "--auto-approve"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (world, area)
}

#[test]
fn a_guess_cannot_be_tested_with_the_journal() {
    let (world, _area) = applied("");
    let noted = noted(&world);
    assert_eq!(noted.len(), 3);
    assert!(noted.iter().all(|noted| noted.len() == 8 + 1 + 64), "{noted:?}");
    assert_no_guess("the database", &std::fs::read(database(&world)).unwrap(), &world.secrets());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = std::fs::metadata(world.workspace().join(".keywright/fingerprint.key")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_key_of_the_workspace_is_used_and_makes_no_file() {
    let (world, _area) = applied(NAMED);
    assert!(!world.workspace().join(".keywright/fingerprint.key").exists());
    let ids: std::collections::BTreeSet<String> =
        noted(&world).into_iter().map(|noted| noted[..8].to_owned()).collect();
    assert_eq!(ids.len(), 1);
    let output = world.command(&["apply", "--auto-approve"]).env(FINGERPRINT.0, "too-short").output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && text.contains("KW-050") && !text.contains("too-short"), "{text}");
}

/// A committed key: everyone knows it.
#[test]
fn a_key_that_git_tracks_is_refused() {
    let (world, _area) = applied("");
    let git = |arguments: &[&str]| {
        let output = std::process::Command::new("git").args(arguments).current_dir(world.workspace()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "-q"]);
    assert!(world.run(&["plan"]).status.success());
    git(&["add", "-f", ".keywright/fingerprint.key"]);
    for command in [&["plan"][..], &["apply", "--auto-approve"]] {
        let output = world.run(command);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && text.contains("Git tracks it") && text.contains("git rm"), "{text}");
    }
}

/// The journal of an interrupted run, read with the key of another machine.
#[test]
fn a_fingerprint_under_another_key_is_unknown() {
    let (world, _area) = applied(NAMED);
    let connection = rusqlite::Connection::open(database(&world)).unwrap();
    connection.execute_batch("UPDATE runs SET ended = NULL; UPDATE writes SET fate = NULL, ended = NULL").unwrap();
    drop(connection);
    let plan = |key: &str| {
        let output = world.command(&["plan"]).env(FINGERPRINT.0, key).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    let same = plan(FINGERPRINT.1);
    assert!(same.contains("KW-023") && same.contains("which is in the store"), "{same}");
    let other = plan("another-fingerprint-key-0123456789abcdef");
    assert!(
        other.contains("the key for fingerprints is another one") && !other.contains("which is in the store"),
        "{other}"
    );
    assert!(!other.contains("which is not in the store"), "{other}");
}

/// A field that the store did not accept: with another key it is unknown, so it is tried again.
#[test]
fn a_remembered_field_under_another_key_is_unknown() {
    let world = World::new(MANIFESTS);
    let area = Area::start(&world.path().join("area"), &["--quirk", "display-name-ignored"]);
    world.point_at(&area.url, NAMED);
    world.run(&["apply", "--auto-approve"]);
    world.write(&MANIFESTS.replace("displayName: Alice", "displayName: Alice B."));
    assert_eq!(world.run(&["apply", "--auto-approve"]).status.code(), Some(9));
    let changes = |key: &str| {
        let output = world.command(&["plan", "--detailed-exitcode"]).env(FINGERPRINT.0, key).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (same, other) = (changes(FINGERPRINT.1), changes("another-fingerprint-key-0123456789abcdef"));
    assert!(same.0 == Some(0) && same.1.contains("kept its own value"), "{}", same.1);
    assert!(other.0 == Some(2) && !other.1.contains("kept its own value"), "{}", other.1);
}

/// A database of version 3, made with its own scripts: digests in rows, in free pages and in the log.
#[test]
fn migration_removes_the_digests_of_older_databases() {
    let world = World::new(MANIFESTS);
    let path = database(&world);
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/database/scripts");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0").unwrap();
    for name in ["1-embedded-store.sql", "2-journal.sql", "3-remembered.sql"] {
        connection.execute_batch(&std::fs::read_to_string(scripts.join(name)).unwrap()).unwrap();
    }
    let sql = "PRAGMA application_id = 1264018530; PRAGMA user_version = 3;
               INSERT INTO runs (began, ended, process, host, store, changes) VALUES (1, 2, 3, 'host', 'store', 2000)";
    connection.execute_batch(sql).unwrap();
    let digest = |number: u32| format!("{number:04}").repeat(16);
    for number in 1000..3000 {
        let sql = "INSERT INTO writes (run, change, address, action, value, intended) VALUES (1, ?1, 'key/x', 'create', ?2, 1)";
        connection.execute(sql, rusqlite::params![number, digest(number)]).unwrap();
    }
    connection.execute("INSERT INTO untaken VALUES ('s', 'key/x', 'f', ?1, ?1, 1)", [digest(3000)]).unwrap();
    connection.execute_batch("PRAGMA wal_checkpoint(FULL)").unwrap();
    connection.execute("DELETE FROM writes WHERE change BETWEEN 1500 AND 2900", []).unwrap();
    let found = || {
        let files = ["keywright.db", "keywright.db-wal"]
            .map(|name| std::fs::read(path.with_file_name(name)).unwrap_or_default());
        let text = String::from_utf8_lossy(&files.concat()).into_owned();
        (1000..3001).filter(|number| text.contains(&digest(*number))).count()
    };
    assert!(found() > 1900, "the test plants only {}", found());
    drop(connection);
    let area = Area::start(&world.path().join("area"), &[]);
    world.point_at(&area.url, "");
    let output = world.run(&["apply", "--auto-approve"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(found(), 0);
    let output = world.run(&["runs", "--format=json"]);
    let runs = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && runs.contains("2000"), "{runs}");
}
