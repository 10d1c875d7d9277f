//! A workspace database on a PostgreSQL server: its tables, its write-ahead log and its own log contain no secret.

use std::path::PathBuf;

use super::planted::MANIFESTS;
use super::planted::World;
use super::planted::assert_no_guess;
use crate::cloud::area::Area;
use crate::runners::server::Postgres;

/// Every file of the server.
fn files(server: &Postgres) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![server.data()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() { folders.push(entry) } else { files.push(entry) }
        }
    }
    files
}

#[test]
fn a_server_gets_no_secret_but_its_password() {
    // Logs every statement and its parameters.
    let Some(server) = Postgres::start_with("log_statement = 'all'\nlog_min_duration_statement = 0") else { return };
    let world = World::new(MANIFESTS);
    let flags = ["--fault", "status-500@POST:/applications/*/packageKeys#1", "--quirk", "display-name-ignored"];
    let area = Area::start(&world.path().join("area"), &flags);
    let lines =
        format!("  database: {}\n  fingerprints: {{key: {{env: KEYWRIGHT_FINGERPRINT_KEY}}}}\n", server.url("canary"));
    world.point_at(&area.url, &lines);
    for command in [
        &["apply", "--auto-approve", "--verbose"][..],
        &["apply", "--auto-approve"],
        &["plan", "--out", "plan.json"],
        &["runs", "show", "1"],
    ] {
        world.run(command);
    }
    assert!(server.ask("SELECT count(*) FROM canary.writes WHERE value IS NOT NULL").parse::<u32>().unwrap() >= 3);
    server.end("fast");
    let mut is_log_searched = false;
    for path in files(&server) {
        let bytes = std::fs::read(&path).unwrap();
        is_log_searched |= path.parent().is_some_and(|folder| folder.ends_with("pg_wal"));
        assert_no_guess(&path.display().to_string(), &bytes, &world.secrets());
    }
    assert!(is_log_searched);
    assert_no_guess("the server's log", server.log().as_bytes(), &world.secrets());
    assert!(server.log().contains("INSERT INTO writes"), "the server logged no statement");
    // Without a server, the error contains no password either.
    assert!(!world.run(&["plan"]).status.success());
}

/// The table `writes` of version 3, with a digest in it.
#[test]
fn migration_removes_the_digests_of_an_older_server() {
    let Some(server) = Postgres::start() else { return };
    let world = World::new(
        "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: alice}\nspec: {email: alice@example.com, displayName: Alice}\n",
    );
    let area = Area::start(&world.path().join("area"), &[]);
    let lines = format!("  database: {}\n", server.url("older"));
    world.point_at(&area.url, &lines);
    assert!(world.run(&["apply", "--auto-approve"]).status.success());
    let digest = "0123".repeat(16);
    server.ask(&format!(
        "UPDATE older.writes SET value = '{digest}'; UPDATE older.keywright_version SET number = 3; DROP TABLE older.objects; DROP TABLE older.creates;
         DROP TABLE older.receipts; DROP TABLE older.applied; ALTER TABLE older.runs DROP COLUMN workspace, DROP COLUMN plan;
         INSERT INTO older.untaken VALUES ('s', 'key/x', 'f', '{digest}', '{digest}', 1)"
    ));
    assert_eq!(server.ask("SELECT count(*) FROM older.writes WHERE value IS NOT NULL"), "1");
    let output = world.run(&["apply", "--auto-approve"]);
    assert!(output.status.success(), "{output:?}");
    let left = "SELECT count(value), count(*), (SELECT count(*) FROM older.untaken), (SELECT number FROM older.keywright_version)
                FROM older.writes";
    assert_eq!(server.ask(left), "0|1|0|14");
}
