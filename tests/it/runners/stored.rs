//! The embedded store behaves the same on a server and in a file.

use super::server::Postgres;
use crate::cloud::area::World;

/// Adds the database to the workspace file, and a key for fingerprints, because KW-051 warns without it.
pub(super) fn name_database(world: &World, url: &str) {
    let path = world.workspace().join("keywright.yaml");
    let head = "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n";
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| head.to_owned());
    let lines = format!("\nspec:\n  database: {url}\n  fingerprints: {{key: {{file: fingerprint}}}}\n");
    let named = text.replacen("\nspec:\n", &lines, 1);
    std::fs::write(world.workspace().join("fingerprint"), "not-a-real-key-for-fingerprints-0001\n").unwrap();
    assert_ne!(named, text);
    std::fs::write(path, named).unwrap();
}

/// A text without the folder of the world, and without the header of a plan, which names the server.
fn comparable(world: &World, text: &str) -> String {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with("Plan for workspace "));
    lines.collect::<Vec<_>>().join("\n").replace(world.path().to_str().unwrap(), "")
}

#[test]
fn examples_are_applied_and_exported_as_they_are_from_a_file() {
    let Some(server) = Postgres::start() else { return };
    for (number, example) in ["quickstart", "payments-platform"].into_iter().enumerate() {
        let (here, there) = (World::of_example(example), World::of_example(example));
        name_database(&there, &server.url(&format!("team_{number}")));
        assert_eq!(server.ask("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'team%'"), number.to_string());
        let plans = [&here, &there].map(|world| comparable(world, &world.keywright(&["plan"]).text));
        assert_eq!(plans[0], plans[1]);
        // A plan leaves no trace, on a server or in a folder.
        assert_eq!(server.ask("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'team%'"), number.to_string());
        for world in [&here, &there] {
            let said = world.apply();
            assert_eq!(said.exit, 0, "{}", said.text);
            world.assert_settled(example);
        }
        let exports = [&here, &there].map(|world| world.keywright(&["export"]));
        assert!(exports[0].exit == 0 && exports[0].text.contains("kind: PackageKey"));
        let [file, table] = exports.map(|said| crate::cloud::changes::without_ids(&said.text));
        assert!(file.len() >= 6 && file.len() == table.len());
        let differ = file.iter().zip(&table).find(|(a, b)| a != b);
        assert!(differ.is_none(), "{example}: {differ:?}");
        let runs = there.here(&["runs", "show", "1"]);
        assert!(runs.exit == 0 && runs.text.contains("done") && runs.text.contains("create"), "{}", runs.text);
        assert!(!there.workspace().join(".keywright").exists(), "nothing of it is in a file");
    }
}

/// Random worlds, applied and changed: output and state are the same in both.
#[test]
fn random_worlds_end_the_same_in_a_file_and_on_a_server() {
    let Some(server) = Postgres::start() else { return };
    let mut compared = 0;
    for seed in 0..12 {
        let (here, there) = (World::new(""), World::new(""));
        for texts in crate::laws::two_random_versions(seed) {
            for world in [&here, &there] {
                crate::cloud::soak::write(&world.workspace(), &texts);
                let head = "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  environment: {allow: [LAW_]}\n";
                std::fs::write(world.workspace().join("keywright.yaml"), head).unwrap();
            }
            name_database(&there, &server.url(&format!("seed_{seed}")));
            let [file, table] = [&here, &there].map(|world| {
                let arguments = ["apply", "--auto-approve", "--prune", "--max-delete", "100%"];
                let said = world.keywright(&arguments);
                let plan = world.keywright(&["plan", "--prune"]).text;
                (said.exit, comparable(world, &said.text), comparable(world, &plan))
            });
            assert_eq!(file, table, "seed {seed}");
            compared += usize::from(file.0 == 0);
        }
    }
    assert!(compared > 8, "only {compared} worlds could be applied");
}
