//! A run that has lost its lock writes nothing more, because another run may have taken it.

use std::path::Path;
use std::process::Child;
use std::process::Stdio;

use crate::cloud::area::Area;
use crate::cloud::area::World;
use crate::team::TEAM;

const KEYS: u32 = 30;

fn keys() -> String {
    let one = |number| {
        format!(
            "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: key-{number}}}\nspec: {{user: alice, \
             application: checkout, package: payments, plan: gold, key: {{generate: {{prefix: k{number}_}}}}}}\n"
        )
    };
    let team = TEAM.replace("{package: payments}", "{package: payments, maxNumKeysAllowed: 1000}");
    team + &(0..KEYS).map(one).collect::<String>()
}

/// An apply in progress that has created its first keys.
fn busy() -> (World, Area, Child) {
    let world = World::new(&keys());
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 8}", "");
    let child =
        world.command(&["apply", "--auto-approve"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let is_key = |request: &crate::cloud::area::Request| {
        request.method() == "POST" && request.path().ends_with("/packageKeys") && request.is_committed()
    };
    while area.requests().iter().filter(|request| is_key(request)).count() < 3 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    (world, area, child)
}

/// Takes the lock from a run in progress, starts another run, and checks that only one of them wrote.
fn lose(take: impl Fn(&Path)) {
    let (world, area, child) = busy();
    take(&world.workspace().join(".keywright/keywright.db.lock"));
    world.point_at(&area, "{callsPerSecond: 1000}", "");
    let second = world.apply();
    let first = child.wait_with_output().unwrap();
    let text = String::from_utf8([first.stdout, first.stderr].concat()).unwrap();
    assert!(text.contains("keywright.db.lock was removed or replaced"), "{text}");
    assert!(text.contains("another run may be active"), "{text}");
    assert!(matches!(first.status.code(), Some(1 | 6)), "{:?}: {text}", first.status);
    assert!(second.exit == 0 && world.keys() == KEYS, "{} keys, {}: {}", world.keys(), second.exit, second.text);
    world.assert_settled("after both runs");
}

#[test]
fn a_run_whose_lock_file_is_removed_writes_nothing_more() {
    lose(|path| std::fs::remove_file(path).unwrap());
}

#[test]
fn a_run_whose_lock_file_is_replaced_writes_nothing_more() {
    lose(|path| {
        let other = path.with_extension("new");
        std::fs::write(&other, "").unwrap();
        std::fs::rename(other, path).unwrap();
    });
}

/// What a run writes to a database that was removed is lost: its journal, its receipts, what it remembers.
#[test]
fn a_run_whose_database_is_removed_ends_with_an_error() {
    let (world, area, child) = busy();
    for name in ["keywright.db", "keywright.db-wal", "keywright.db-shm"] {
        let _ = std::fs::remove_file(world.workspace().join(".keywright").join(name));
    }
    let first = child.wait_with_output().unwrap();
    let text = String::from_utf8([first.stdout, first.stderr].concat()).unwrap();
    assert!(text.contains("keywright.db was removed or replaced"), "{text}");
    assert!(matches!(first.status.code(), Some(1 | 6)), "{:?}: {text}", first.status);
    world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 1s}", "");
    let second = world.apply();
    assert!(second.exit == 0 && world.keys() == KEYS, "{} keys, {}: {}", world.keys(), second.exit, second.text);
}
