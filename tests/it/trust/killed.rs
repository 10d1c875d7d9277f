//! The kill matrix. A sample runs in every test; `KEYWRIGHT_KILLS=all cargo test --test it trust::killed --
//! --nocapture` runs all of it.

use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use crate::cloud::MANIFESTS;
use crate::cloud::area::Area;
use crate::cloud::area::World;
use crate::program::outside_pipeline;

/// Three times the small area, each with its own names: 39 changes.
fn manifests() -> String {
    let one = |number: usize| {
        let mut text = MANIFESTS.replace("{custom: {env: TEST_KEY}}", "{generate: {prefix: par_}}");
        for name in ["alice", "ann", "payments", "ledger", "checkout-production", "checkout-partner", "checkout-ledger"]
        {
            text = text.replace(&format!("name: {name}}}"), &format!("name: {name}-{number}}}"));
        }
        for name in ["alice", "ann"] {
            text = text.replace(&format!("user: {name}"), &format!("user: {name}-{number}"));
        }
        for name in ["payments", "ledger"] {
            text = text.replace(&format!("package: {name}"), &format!("package: {name}-{number}"));
        }
        text.replace("name: checkout-production", &format!("name: checkout-production-{number}"))
            .replace("secrets/checkout.env", &format!("secrets/checkout-{number}.env"))
    };
    [one(1), one(2), one(3)].join("---\n")
}

const CHANGES: usize = 39;
const KEYS: u32 = 12;

/// Every place, or a few of them.
pub(crate) fn sampled(all: usize) -> Vec<usize> {
    let step = if std::env::var("KEYWRIGHT_KILLS").is_ok_and(|text| text == "all") { 1 } else { all.div_ceil(5) };
    (1..=all).step_by(step).collect()
}

/// Starts an apply, kills it when `is_time` returns true, and returns whether it was killed.
pub(crate) fn killed_when(apply: &mut Command, is_time: impl Fn() -> bool) -> bool {
    let mut child = apply.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if is_time() || began.elapsed() > Duration::from_mins(2) {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn committed(area: &Area) -> usize {
    area.requests().iter().filter(|request| request.is_committed()).count()
}

/// How many writes are in the journal of the workspace.
pub(crate) fn intended(workspace: &Path) -> usize {
    let path = workspace.join(".keywright/keywright.db");
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let Ok(connection) = rusqlite::Connection::open_with_flags(path, flags) else { return 0 };
    connection.query_row("SELECT count(*) FROM writes", [], |row| row.get::<_, u32>(0)).unwrap_or(0) as usize
}

fn converges(world: &World, what: &str, keys: impl Fn() -> u32) {
    let said = world.apply();
    assert_eq!(said.exit, 0, "{what}: {}", said.text);
    world.assert_settled(what);
    assert_eq!(keys(), KEYS, "{what}: keys\n{}", said.text);
    for number in 1..=3 {
        let path = world.workspace().join(format!("secrets/checkout-{number}.env"));
        let text = std::fs::read_to_string(path).unwrap_or_default();
        assert!(text.starts_with("CHECKOUT_KEY=chk_"), "{what}: the delivery is lost");
    }
}

#[test]
fn a_run_that_is_killed_at_a_write_of_the_api_is_taken_up_by_the_next() {
    let mut kills = 0;
    for write in sampled(CHANGES) {
        // The answer to the write takes forever: before it is done, or after.
        for kind in ["delay-1000s", "drip-1000s"] {
            let what = format!("{kind} at write {write}");
            let world = World::new(&manifests());
            let area = world.area(&["--fault", &format!("{kind}@w{write}")]);
            world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 1s, concurrency: 1}", "");
            let is_after = kind == "drip-1000s";
            let was_killed = killed_when(&mut world.command(&["apply", "--auto-approve"]), || {
                // The intent is on disk before the write is sent, and the write takes forever.
                intended(&world.workspace()) >= write && (!is_after || committed(&area) >= write)
            });
            assert!(was_killed, "{what}: the run ended by itself");
            kills += 1;
            drop(area);
            let area = world.area(&[]);
            world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 1s}", "");
            let said = world.keywright(&["plan"]);
            assert!(said.text.contains("KW-023") && said.text.contains("was interrupted"), "{what}: {}", said.text);
            converges(&world, &what, || world.keys());
            let said = world.keywright(&["plan"]);
            assert!(!said.text.contains("KW-023"), "{what}: {}", said.text);
        }
    }
    println!("{kills} kills at writes of the API");
}

/// Whether strace is available; `tests/run` installs it.
fn has_strace() -> bool {
    let has = Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    assert!(has || std::env::var_os("KEYWRIGHT_REAL_PARTS").is_none(), "strace is missing");
    has
}

/// Applies under strace, which kills the program at the `sync`th file sync: of any thread, or only of the first, which
/// makes the changes of the store. The journal's thread always syncs earlier.
fn killed_at_sync(world: &World, sync: usize, is_first_thread: bool) -> bool {
    let plain = world.command(&["apply", "--auto-approve"]);
    let mut traced = outside_pipeline("strace");
    traced.args(if is_first_thread { &[][..] } else { &["-f"] });
    traced.args(["-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e"]);
    traced.arg(format!("inject=fsync,fdatasync:signal=SIGKILL:when={sync}")).arg("--").arg(plain.get_program());
    traced.args(plain.get_args()).envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let status = traced.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    !status.success()
}

#[test]
fn a_run_that_is_killed_at_a_sync_of_the_database_is_taken_up_by_the_next() {
    if !has_strace() {
        println!("strace is not installed: the syncs of the database were not tried");
        return;
    }
    // If there are fewer syncs, the run ends by itself.
    let mut kills = 0;
    for (sync, is_first_thread) in sampled(60).into_iter().flat_map(|sync| [(sync, false), (sync, true)]) {
        let world = World::new(&manifests());
        let settings = "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: test}\nspec: {environment: {allow: [TEST_]}}\n";
        std::fs::write(world.workspace().join("keywright.yaml"), settings).unwrap();
        kills += usize::from(killed_at_sync(&world, sync, is_first_thread));
        converges(
            &world,
            &format!("sync {sync} of {}", if is_first_thread { "the first thread" } else { "any thread" }),
            || keys_of(&world.workspace().join(".keywright/keywright.db")),
        );
    }
    assert!(kills > 2, "{kills}");
    println!("{kills} kills at syncs of the database");
}

fn keys_of(database: &Path) -> u32 {
    let connection = rusqlite::Connection::open(database).unwrap();
    connection.query_row("SELECT count(*) FROM package_keys", [], |row| row.get(0)).unwrap()
}
