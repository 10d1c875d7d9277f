//! A runner whose clock is wrong rotates no key in a database that it shares with others.

use std::fs;

use chrono::TimeDelta;
use chrono::Utc;

use super::server::Postgres;
use crate::console::Console;
use crate::team::ROTATED_ELSEWHERE;
use crate::team::TEAM;

#[test]
fn a_runner_whose_clock_differs_from_the_servers_rotates_nothing() {
    let Some(server) = Postgres::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let settings = format!(
        "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  database: {}\n  fingerprints: {{key: {{file: fingerprint}}}}\n",
        server.url("clocks")
    );
    fs::write(folder.path().join("keywright.yaml"), settings).unwrap();
    fs::write(folder.path().join("fingerprint"), "not-a-real-key-for-fingerprints-0001\n").unwrap();
    fs::write(folder.path().join("m.yaml"), [TEAM, ROTATED_ELSEWHERE].concat()).unwrap();
    let mut console = Console::new(folder.path().to_path_buf());
    console.now = Utc::now().to_rfc3339();
    let ran = console.run("apply --auto-approve");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    console.now = (Utc::now() + TimeDelta::days(400)).to_rfc3339();
    let ran = console.run("apply --auto-approve");
    assert!(ran.exit == 3 && ran.err.contains("so the rotation waits: key/production"), "{}{}", ran.out, ran.err);
    // A clock that is set on purpose is the store's clock as well.
    let ran = console.run("plan --now 2040-01-01T00:00:00Z");
    assert!(ran.exit == 0 && ran.out.contains("Plan: 1 to create"), "{}{}", ran.out, ran.err);
}
