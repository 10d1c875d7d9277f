//! The server restarts during an apply, and the apply continues.

use std::fmt::Write;
use std::fs::File;
use std::process::Child;
use std::time::Duration;

use super::locked::point_at;
use super::server::Postgres;
use crate::cloud::MANIFESTS;
use crate::cloud::area::World;
use crate::cloud::area::said;

fn users(count: usize) -> String {
    let mut text = String::new();
    for number in 0..count {
        let _ = write!(
            text,
            "---\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: u{number}}}\nspec: {{email: \
             u{number}@example.com, displayName: U, status: active}}\n"
        );
    }
    text
}

/// A running apply. Its output goes to a file, because no one reads it while the server restarts.
fn apply(world: &World) -> Child {
    let file = File::create(world.path().join("said")).unwrap();
    let mut command = world.command(&["apply", "--auto-approve"]);
    command.stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap()
}

/// Whether it succeeded, and its output.
fn end(world: &World, mut child: Child) -> (bool, String) {
    let status = child.wait().unwrap();
    (status.success(), std::fs::read_to_string(world.path().join("said")).unwrap())
}

/// Restarts the server when the journal has so many writes, and again when it has twice as many.
fn restarts(child: &mut Child, server: &Postgres, schema: &str, mode: &str, writes: usize) {
    for times in 1..=2 {
        let is_there = format!("SELECT to_regclass('{schema}.writes') IS NOT NULL");
        let count = format!("SELECT count(*) FROM {schema}.writes");
        while server.ask(&is_there) != "t" || server.ask(&count).parse::<usize>().unwrap() < writes * times {
            assert!(child.try_wait().unwrap().is_none(), "the apply ended before its time");
            std::thread::sleep(Duration::from_millis(5));
        }
        server.restart(mode);
    }
}

#[test]
fn an_apply_to_the_store_on_the_server_survives_its_restart() {
    let Some(server) = Postgres::start() else { return };
    for (number, mode) in ["fast", "immediate"].into_iter().enumerate() {
        let schema = format!("mode_{number}");
        let world = World::new(&users(400));
        let text =
            format!("apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  database: {}\n", server.url(&schema));
        std::fs::write(world.workspace().join("keywright.yaml"), text).unwrap();
        let mut child = apply(&world);
        restarts(&mut child, &server, &schema, mode, 60);
        let (is_done, text) = end(&world, child);
        assert!(is_done && text.contains("Applied: 400 changes done."), "{mode}: {text}");
        world.assert_settled(mode);
        assert_eq!(server.ask(&format!("SELECT count(*) FROM {schema}.users")), "400");
        let ends = format!("SELECT count(*) FROM {schema}.writes WHERE fate = 'done'");
        assert_eq!(server.ask(&ends), "400", "{mode}");
    }
}

#[test]
fn an_apply_to_a_service_survives_the_restart_of_the_server_that_holds_its_journal() {
    let Some(server) = Postgres::start() else { return };
    let world = World::new(&format!("{MANIFESTS}{}", users(100)));
    let area = world.area(&["--latency", "20ms"]);
    point_at(&world, &area, &server);
    let mut child = apply(&world);
    restarts(&mut child, &server, "shared", "fast", 30);
    let (is_done, text) = end(&world, child);
    assert!(is_done, "{text}");
    world.assert_settled("after two restarts");
}

#[test]
fn an_unreachable_server_at_the_start_is_reported_at_once() {
    let Some(server) = Postgres::start() else { return };
    let world = World::new(&users(1));
    let text = format!("apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  database: {}\n", server.url("x"));
    std::fs::write(world.workspace().join("keywright.yaml"), text).unwrap();
    server.end("fast");
    for arguments in [&["plan"][..], &["apply", "--auto-approve"], &["export"]] {
        let said = said(&mut world.command(arguments));
        assert!(said.exit == 1 && said.text.contains("could not connect to the database postgres://"), "{}", said.text);
        assert!(said.text.contains("refused") && said.text.contains("help:"), "{}", said.text);
    }
    assert!(server.begin());
}
