//! Two runners share one workspace and are killed at random. A short contest runs in every test;
//! `KEYWRIGHT_CONTEST=300 cargo test --test it runners::contest -- --nocapture` runs one of 300 seconds.

use std::fs::File;
use std::path::PathBuf;
use std::process::Child;
use std::time::Duration;
use std::time::Instant;

use super::locked::point_at;
use super::server::Postgres;
use crate::cloud::MANIFESTS;
use crate::cloud::area::World;
use crate::dice::Dice;

fn seconds() -> u64 {
    std::env::var("KEYWRIGHT_CONTEST").ok().and_then(|text| text.parse().ok()).unwrap_or(15)
}

/// Keys of an odd round: three declared ones, and that of an application that names its package.
const KEYS: u32 = 4;

/// The desired state: it changes every round, and every second round has three keys more.
fn manifests(round: usize) -> String {
    let mut text = MANIFESTS.replace("{custom: {env: TEST_KEY}}", "{generate: {prefix: par_}}");
    text = text.replace("description: Web checkout", &format!("description: Round {round}"));
    text = text.replace("description: Bookings", &format!("description: Bookings {round}"));
    if round.is_multiple_of(2) {
        for number in 0..3 {
            text += &format!(
                "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: extra-{number}}}\nspec: \
                 {{application: checkout, user: alice, package: payments, plan: gold, key: {{generate: {{prefix: \
                 x{number}_}}}}}}\n"
            );
        }
    }
    text
}

/// Replaces the state of the repository atomically: the other runner may be reading it.
fn write(world: &World, manifests: &str) {
    let path = world.path().join("next.yaml");
    std::fs::write(&path, manifests).unwrap();
    std::fs::rename(path, world.workspace().join("all.yaml")).unwrap();
}

fn start(world: &World, number: usize) -> Child {
    let file = File::create(said(world, number)).unwrap();
    let arguments = ["apply", "--auto-approve", "--prune", "--max-delete", "1000", "--lock-timeout", "30s"];
    let mut command = world.command(&arguments);
    // The real time, because the times of the writes are compared.
    command.env_remove("KEYWRIGHT_NOW").stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap()
}

fn said(world: &World, number: usize) -> PathBuf {
    world.path().join(format!("said-{number}"))
}

#[test]
fn two_runners_of_which_one_is_killed_never_write_at_once_and_always_converge() {
    let Some(server) = Postgres::start() else { return };
    let world = World::new(&manifests(0));
    let area = world.area(&["--latency", "5ms"]);
    point_at(&world, &area, &server);
    let path = world.workspace().join("keywright.yaml");
    let owns = "  ownership: {packageKeys: ofDeclaredApplications}\n";
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + owns).unwrap();
    let mut dice = Dice::new(7);
    let (began, mut rounds, mut kills, mut ends) = (Instant::now(), 0, 0, 0);
    let mut runners = [start(&world, 0), start(&world, 1)];
    let mut fate = Instant::now() + Duration::from_millis(dice.roll(400));
    // A slow machine gets more time, until enough has happened.
    let is_over = |kills, ends| {
        let enough = if kills > 3 && ends > 3 { 1 } else { 8 };
        began.elapsed() > enough * Duration::from_secs(seconds())
    };
    while !is_over(kills, ends) {
        std::thread::sleep(Duration::from_millis(2));
        if Instant::now() > fate {
            let victim = &mut runners[usize::try_from(dice.roll(2)).unwrap()];
            kills += usize::from(victim.try_wait().unwrap().is_none());
            let _ = victim.kill();
            fate = Instant::now() + Duration::from_millis(50 + dice.roll(2_000));
        }
        for (number, runner) in runners.iter_mut().enumerate() {
            let Some(status) = runner.try_wait().unwrap() else { continue };
            let text = std::fs::read_to_string(said(&world, number)).unwrap();
            assert!(matches!(status.code(), None | Some(0)), "a runner ended with {status}: {text}");
            ends += usize::from(status.success());
            rounds += 1;
            // The journal keeps only the last 200 runs.
            if rounds % 50 == 0 {
                assert_alone(&server);
            }
            write(&world, &manifests(rounds));
            *runner = start(&world, number);
        }
    }
    for runner in &mut runners {
        let _ = runner.wait();
    }
    write(&world, &manifests(1));
    let last = start(&world, 2).wait().unwrap();
    assert!(last.success(), "{}", std::fs::read_to_string(said(&world, 2)).unwrap());
    world.assert_settled("after the contest");
    assert_eq!(world.keys(), KEYS, "keys are doubled or lost: {}", world.keywright(&["export"]).text);
    assert_alone(&server);
    assert!(kills > 3 && ends > 3, "{kills} kills, {ends} ends");
    println!("{rounds} runs, {kills} killed, {ends} ended by themselves, in {} s", began.elapsed().as_secs());
}

/// Fails unless every run recorded its last write before the next run recorded its first.
fn assert_alone(server: &Postgres) {
    let sql = "SELECT count(*) FROM shared.writes a JOIN shared.writes b ON a.run < b.run AND a.intended > b.intended";
    assert_eq!(server.ask(sql), "0", "two runners wrote at once");
    let sql = "SELECT count(*) FROM shared.writes a JOIN shared.writes b ON a.run < b.run AND a.ended > b.intended";
    assert_eq!(server.ask(sql), "0", "two runners wrote at once");
}
