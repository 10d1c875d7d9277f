//! Lists that lag, answers that are lost, runs that are killed, and a second runner: a generated key is made once, and the
//! delivered value is the one that lives. The tables of the emulator decide, not what Keywright prints.

use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use super::area::Area;
use super::area::World;
use super::area::said;
use crate::proxy::Answer;
use crate::proxy::between;
use crate::team::TEAM;
use crate::trust::killed::committed;
use crate::trust::killed::killed_when;

/// The pauses depend on the window: about ten looks fit into it.
pub(super) const LIMITS: &str = "{callsPerSecond: 1000, visibilityLag: 4s}";

/// One key, `generated` as given, and delivered.
fn with_key(generated: &str) -> String {
    format!(
        "{TEAM}---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {{name: production}}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {{{generated}}}
  deliver: [{{file: secrets/key.env, as: CHECKOUT_KEY}}]
"
    )
}

const MINTED: &str = "generate: {prefix: chk_}";
const BY_STORE: &str = "generate: {by: store}";

/// The values of all live keys, from the tables of the emulator.
fn live(world: &World) -> Vec<String> {
    let connection = rusqlite::Connection::open(world.path().join("area.db")).unwrap();
    let mut statement = connection.prepare("SELECT value FROM package_keys ORDER BY row").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

pub(super) fn count(world: &World, table: &str) -> u32 {
    let connection = rusqlite::Connection::open(world.path().join("area.db")).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

fn delivered(workspace: &Path) -> String {
    let text = std::fs::read_to_string(workspace.join("secrets/key.env")).unwrap_or_default();
    text.trim().trim_start_matches("CHECKOUT_KEY=").to_owned()
}

/// Fails unless exactly one key is live and its value is delivered.
fn assert_one(world: &World, workspace: &Path, what: &str) {
    let live = live(world);
    assert_eq!(live.len(), 1, "{what}: live keys");
    assert!(delivered(workspace) == live[0], "{what}: another value is delivered");
}

#[test]
fn runs_right_after_a_run_make_nothing_twice() {
    let world = World::new(&with_key(MINTED));
    let area = world.area(&["--quirk", "late-lists=3"]);
    world.point_at(&area, LIMITS, "");
    for run in 1..=4 {
        let said = world.apply();
        assert_eq!(said.exit, 0, "run {run}: {}", said.text);
        assert_one(&world, &world.workspace(), &format!("run {run}: {}", said.text));
    }
    world.assert_settled("after four runs");
}

#[test]
fn a_lost_answer_and_a_late_list_do_not_lose_the_key() {
    for generated in [MINTED, BY_STORE] {
        let world = World::new(&with_key(generated));
        let fault = "drop-after@POST:/applications/*/packageKeys#1";
        let area = world.area(&["--quirk", "late-lists=3", "--fault", fault]);
        world.point_at(&area, LIMITS, "");
        let said = world.apply();
        assert_eq!(said.exit, 0, "{generated}: {}", said.text);
        assert_one(&world, &world.workspace(), &format!("{generated}: {}", said.text));
        let said = world.apply();
        assert_eq!(said.exit, 0, "{generated}: {}", said.text);
        assert_one(&world, &world.workspace(), &format!("{generated}: {}", said.text));
    }
}

#[test]
fn a_lost_answer_and_a_late_list_make_no_other_object_twice() {
    for path in ["/members", "/members/*/applications", "/packages", "/packages/*/plans"] {
        let world = World::new(TEAM);
        let fault = format!("drop-after@POST:{path}#1");
        let area = world.area(&["--quirk", "late-lists=3", "--fault", &fault]);
        world.point_at(&area, LIMITS, "");
        let said = world.apply();
        assert_eq!(said.exit, 0, "{path}: {}", said.text);
        for table in ["users", "applications", "packages", "plans"] {
            assert_eq!(count(&world, table), 1, "{path}: {table}");
        }
    }
}

/// Kills an apply after the area has made the key and before its answer arrives.
fn killed_before_the_answer(generated: &str) -> (World, Area) {
    let world = World::new(TEAM);
    let area = world.area(&["--quirk", "late-lists=3", "--fault", "drip-1000s@w5"]);
    world.point_at(&area, LIMITS, "");
    // The second run waits until the lists show the parents.
    assert_eq!([world.apply().exit, world.apply().exit], [0, 0]);
    world.write(&with_key(generated));
    assert!(killed_when(&mut world.command(&["apply", "--auto-approve"]), || committed(&area) >= 5));
    assert_eq!(live(&world).len(), 1);
    (world, area)
}

#[test]
fn a_run_after_a_kill_repeats_the_create_with_the_same_value() {
    let (world, _area) = killed_before_the_answer(MINTED);
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    assert_one(&world, &world.workspace(), &said.text);
    world.assert_settled("after the kill");
}

/// The journal knows that the manifests declared it, although the run could not record it.
#[test]
fn a_key_of_a_killed_run_goes_with_its_manifest() {
    let (world, area) = killed_before_the_answer(MINTED);
    world.write(TEAM);
    world.point_at(&area, LIMITS, "  ownership: {packageKeys: all}\n");
    // The list shows the key by then.
    for _ in 0..4 {
        world.keywright(&["plan"]);
    }
    // The guard for the last active key of an application is another one.
    let said = world.keywright(&["apply", "--auto-approve", "--prune", "--max-delete", "100%"]);
    assert!(said.exit == 4 && said.text.contains("KW-105") && !said.text.contains("KW-110"), "{}", said.text);
    let allow = "--allow=application/alice/checkout";
    let said = world.keywright(&["apply", "--auto-approve", "--prune", "--max-delete", "100%", allow]);
    assert_eq!(said.exit, 0, "{}", said.text);
    assert!(live(&world).is_empty(), "{}", said.text);
}

/// The bytes of every file of the workspace's database.
fn bytes_of_database(workspace: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(workspace.join(".keywright")).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect()
}

/// The sealed value in the workspace's database.
fn sealed(workspace: &Path) -> Option<String> {
    let connection = rusqlite::Connection::open(workspace.join(".keywright/keywright.db")).unwrap();
    let sql = "SELECT max(sealed) FROM creates WHERE address = 'key/production'";
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn the_value_of_an_unsettled_key_is_sealed_and_then_removed() {
    let (world, _area) = killed_before_the_answer(MINTED);
    let value = live(&world).remove(0);
    let text = sealed(&world.workspace()).expect("a sealed value");
    let holds = |needle: &str| {
        let bytes = bytes_of_database(&world.workspace());
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    };
    assert!(holds(&text) && !holds(&value));
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(!text.contains(&hex));
    let said = world.keywright(&["plan"]);
    assert!(said.text.contains("settles the create of run 2") && !said.text.contains(&value), "{}", said.text);
    assert_eq!(world.apply().exit, 0);
    assert_eq!(sealed(&world.workspace()), None);
    assert!(!holds(&text) && !holds(&value));
}

#[test]
fn without_the_key_that_unseals_nothing_is_made_until_the_store_must_show_it() {
    let (world, _area) = killed_before_the_answer(MINTED);
    std::fs::remove_file(world.workspace().join(".keywright/fingerprint.key")).unwrap();
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    assert!(said.text.contains("Waiting up to") && said.text.contains("which run 2 may have created"), "{}", said.text);
    assert_one(&world, &world.workspace(), &said.text);
}

/// What another program deletes right after a run comes back, but only after the lag.
#[test]
fn an_object_that_is_gone_is_made_again_after_the_lag() {
    let world = World::new(&with_key(MINTED));
    let area = world.area(&[]);
    world.point_at(&area, LIMITS, "");
    assert_eq!(world.apply().exit, 0);
    drop(area);
    let connection = rusqlite::Connection::open(world.path().join("area.db")).unwrap();
    connection.execute("DELETE FROM package_keys", []).unwrap();
    drop(connection);
    let area = world.area(&[]);
    world.point_at(&area, LIMITS, "");
    let began = std::time::Instant::now();
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    assert!(said.text.contains("created in run 1, but no longer in the store"), "{}", said.text);
    assert!(began.elapsed().as_secs() >= 4, "{:?}", began.elapsed());
    assert_one(&world, &world.workspace(), &said.text);
}

/// The username of a user whom a person deleted right after a run stays taken, so a duplicate does not prove that the user
/// exists. One wait is enough, and the next run does not wait for the whole lag again.
#[test]
fn a_user_who_is_deleted_right_after_a_run_is_waited_for_once() {
    let user = "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: NAME}\nspec: {email: a@example.com, displayName: A, status: active}\n";
    let world = World::new(&user.replace("NAME", "omar"));
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 24s}", "");
    assert_eq!(world.apply().exit, 0);
    drop(area);
    let connection = rusqlite::Connection::open(world.path().join("area.db")).unwrap();
    connection.execute("DELETE FROM users", []).unwrap();
    connection.execute("INSERT INTO burnt_usernames VALUES ('omar', 0)", []).unwrap();
    drop(connection);
    let area = world.area(&[]);
    world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 24s}", "");
    world.write(&[user.replace("NAME", "omar"), user.replace("NAME", "quin")].join("---\n"));
    // The second run knows another user of the area, so it asks.
    for (now, longest, exit, words) in [
        ("2026-11-21T12:00:18Z", 18, 6, "their username cannot be used again"),
        ("2026-11-21T12:00:36Z", 1, 4, "error[KW-126]: user/omar was in the store when it was last applied"),
    ] {
        let began = std::time::Instant::now();
        let said = said(world.command(&["apply", "--auto-approve"]).env("KEYWRIGHT_NOW", now));
        assert_eq!(said.exit, exit, "{}", said.text);
        let (_, waits) = said.text.split_once("Waiting up to ").unwrap();
        let (waits, what) = waits.split_once(' ').unwrap();
        assert!(what.starts_with("s until the store shows user/omar"), "{}", said.text);
        assert!(waits.parse::<u64>().unwrap() <= longest, "{}", said.text);
        assert!(said.text.contains(words), "{}", said.text);
        assert!(began.elapsed().as_secs() < 24, "{now}: {:?}", began.elapsed());
    }
    assert_eq!(count(&world, "users"), 1);
}

#[test]
fn a_run_after_a_kill_waits_for_a_key_that_the_store_generates() {
    let (world, _area) = killed_before_the_answer(BY_STORE);
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    assert_one(&world, &world.workspace(), &said.text);
}

#[test]
fn a_look_right_after_a_create_is_repeated() {
    let changed = with_key(MINTED)
        .replace("displayName: Alice", "displayName: Alice C.")
        .replace("description: Web", "description: Shop")
        .replace("description: Payments", "description: All payments")
        .replace("maxNumKeysAllowed: 20", "maxNumKeysAllowed: 30");
    let world = World::new(&with_key(MINTED));
    let area = world.area(&["--quirk", "late-visibility=3"]);
    world.point_at(&area, LIMITS, "");
    assert_eq!(world.apply().exit, 0);
    world.write(&changed);
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    world.assert_settled("after the second run");
    // One object of each kind that no request has named since it was created.
    for (kind, spec) in [("User", "{email: a@example.com, displayName: A}"), ("Package", "{description: A}")] {
        let world =
            World::new(&format!("apiVersion: keywright.dev/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec}\n"));
        let area = world.area(&["--quirk", "late-visibility=3"]);
        world.point_at(&area, LIMITS, "");
        let first = world.apply();
        assert_eq!(first.exit, 0, "{kind}: {}", first.text);
        let spec = spec.replace(": A}", ": B}");
        world.write(&format!("apiVersion: keywright.dev/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec}\n"));
        let said = world.apply();
        assert_eq!(said.exit, 0, "{kind}: {}", said.text);
    }
}

#[test]
fn a_run_that_ended_with_an_error_was_not_interrupted() {
    let world = World::new(TEAM);
    let area = world.area(&[]);
    world.point_at(&area, LIMITS, "");
    assert_eq!(world.apply().exit, 0);
    drop(area);
    let area = world.area(&["--fault", "not-authorized@GET:/members/*"]);
    world.point_at(&area, LIMITS, "");
    world.write(&TEAM.replace("displayName: Alice", "displayName: Alice C."));
    let said = world.apply();
    assert_eq!(said.exit, 1, "{}", said.text);
    let said = world.keywright(&["plan"]);
    assert!(!said.text.contains("KW-023"), "{}", said.text);
}

pub(super) fn package(text: &str) -> String {
    format!("apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {{name: a}}\nspec: {{description: {text}}}\n")
}

/// What an earlier run may have made, and the store does not show for longer than it may, is neither made again nor an error
/// of its own. No id is known of it.
#[test]
fn a_duplicate_of_what_an_earlier_run_made_is_that_object() {
    for (lists, exits) in [("15", [0, 0]), ("1000", [1, 1])] {
        let world = World::new(&package("A"));
        let fault = "drop-after@POST:/packages#1";
        let area = world.area(&["--quirk", &format!("late-lists={lists}"), "--fault", fault]);
        world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 2s}", "");
        world.apply();
        world.write(&package("B"));
        for exit in exits {
            let said = world.apply();
            assert_eq!(said.exit, exit, "{lists}: {}", said.text);
            assert!(!said.text.contains("failed") || said.text.contains("does not show it yet"), "{}", said.text);
        }
        assert_eq!(count(&world, "packages"), 1);
        if exits == [0, 0] {
            world.assert_settled(lists);
        }
    }
}

/// A list that lags for longer than any run would wait hides nothing that an earlier run made: it is asked for by its id.
#[test]
fn what_no_list_shows_is_found_by_its_id() {
    let world = World::new(TEAM);
    let area = world.area(&["--quirk", "late-lists=1000"]);
    world.point_at(&area, "{callsPerSecond: 1000, visibilityLag: 60s}", "");
    assert_eq!(world.apply().exit, 0);
    for run in 2..=4 {
        let said = world.apply();
        assert!(said.exit == 0 && said.text.contains("Nothing to do"), "run {run}: {}: {}", said.exit, said.text);
        assert!(!said.text.contains("Waiting"), "{}", said.text);
    }
    world.write(&TEAM.replace("displayName: Alice", "displayName: Alicia"));
    let said = world.apply();
    assert!(said.exit == 0 && said.text.contains("1 change"), "{}: {}", said.exit, said.text);
    for table in ["users", "applications", "packages", "plans"] {
        assert_eq!(count(&world, table), 1, "{table}");
    }
}

/// Nobody has deleted what a late list does not show: there is nothing to consent to.
#[test]
fn a_late_list_asks_for_no_consent() {
    let custom = with_key("custom: {env: TEST_KEY}");
    let world = World::new(&custom);
    let area = world.area(&[]);
    // After the first run, so many lists do not show the key, nor does its id.
    let hidden = Arc::new(AtomicUsize::new(0));
    let left = Arc::clone(&hidden);
    let url = between(&area.url, move |request, pass_on| {
        let path = request.target.split('?').next().unwrap_or_default().to_owned();
        let is_late = || left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if request.method == "GET" && path.ends_with("/packageKeys") && is_late() {
            return pass_on(&request).with_body("[]".to_owned()).with_header("X-Total-Count", "0");
        }
        if request.method == "GET" && path.contains("/packageKeys/") && left.load(Ordering::SeqCst) > 0 {
            return Answer::of(404, r#"{"errorCode":404,"errorMessage":"Not Found"}"#);
        }
        pass_on(&request)
    });
    world.point_at_url(&url, LIMITS, "", "TEST_");
    assert_eq!(world.apply().exit, 0);
    hidden.store(4, Ordering::SeqCst);
    let said = world.apply();
    assert!(said.exit == 0 && said.text.contains("Nothing to do"), "{}: {}", said.exit, said.text);
    assert!(said.text.contains("Waiting") && !said.text.contains("KW-126"), "{}", said.text);
}

/// A warning about an interrupted run ends with the run that finds nothing left to do.
#[test]
fn an_interrupted_run_of_which_nothing_is_left_is_reported_once() {
    let world = World::new(&package("A"));
    let area = world.area(&["--fault", "drip-1000s@w1"]);
    world.point_at(&area, LIMITS, "");
    assert!(killed_when(&mut world.command(&["apply", "--auto-approve"]), || committed(&area) >= 1));
    drop(area);
    let area = world.area(&[]);
    world.point_at(&area, LIMITS, "");
    for is_reported in [true, false] {
        let said = world.apply();
        assert!(said.exit == 0 && said.text.contains("Nothing to do"), "{}: {}", said.exit, said.text);
        assert_eq!(said.text.contains("KW-023"), is_reported, "{}", said.text);
    }
}

/// A fresh runner does not know what another one has made, and its list does not show it yet.
#[test]
fn a_name_that_another_runner_has_taken_is_no_bare_error() {
    let world = World::new(TEAM);
    let area = world.area(&["--quirk", "late-lists=1"]);
    world.point_at(&area, LIMITS, "");
    assert_eq!(world.apply().exit, 0);
    std::fs::remove_dir_all(world.workspace().join(".keywright")).unwrap();
    drop(area);
    let area = world.area(&[]);
    let is_late = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&is_late);
    let url = between(&area.url, move |request, pass_on| {
        let is_list = request.method == "GET" && request.target.contains("/packages?");
        if is_list && switch.load(Ordering::SeqCst) {
            return pass_on(&request).with_body("[]".to_owned()).with_header("X-Total-Count", "0");
        }
        pass_on(&request)
    });
    world.point_at_url(&url, LIMITS, "", "TEST_");
    let said = world.apply();
    assert!(said.exit != 0 && said.text.contains("the next plan compares it"), "{}: {}", said.exit, said.text);
    is_late.store(false, Ordering::SeqCst);
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    assert_eq!(count(&world, "packages"), 1);
}

/// The same for a key, whose value the list shows after the wait of its own run.
#[test]
fn a_key_that_no_list_shows_any_more_is_found_by_its_id() {
    let world = World::new(&with_key(MINTED));
    let area = world.area(&[]);
    let is_stale = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&is_stale);
    // From some time on, lists come from a copy of the store that is older than the key.
    let url = between(&area.url, move |request, pass_on| {
        let is_list = request.target.split('?').next().is_some_and(|path| path.ends_with("/packageKeys"));
        if request.method == "GET" && is_list && switch.load(Ordering::SeqCst) {
            return pass_on(&request).with_body("[]".to_owned()).with_header("X-Total-Count", "0");
        }
        pass_on(&request)
    });
    world.point_at_url(&url, LIMITS, "", "TEST_");
    assert_eq!(world.apply().exit, 0);
    is_stale.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        let said = world.apply();
        assert!(said.exit == 0 && said.text.contains("Nothing to do"), "{}: {}", said.exit, said.text);
        assert_one(&world, &world.workspace(), &said.text);
    }
}

#[test]
fn a_create_waits_for_one_window_however_often_it_is_sent() {
    let world = World::new(TEAM);
    let area = world.area(&["--quirk", "late-lists=1000", "--fault", "drop-after@POST:/packages/*/plans#1"]);
    world.point_at(&area, LIMITS, "");
    let began = std::time::Instant::now();
    let said = world.apply();
    assert!(said.exit == 6 && said.text.contains("does not show it yet"), "{}: {}", said.exit, said.text);
    assert!(began.elapsed().as_secs() < 7, "{:?}: {}", began.elapsed(), said.text);
}

/// A workspace of another runner, with its own database.
struct Runner {
    folder: tempfile::TempDir,
}

impl Runner {
    fn of(world: &World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in ["keywright.yaml", "all.yaml"] {
            std::fs::copy(world.workspace().join(file), folder.path().join(file)).unwrap();
        }
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    fn apply(&self, world: &World) -> Child {
        let mut command = world.command(&["apply", "--auto-approve"]);
        let program = command.get_program().to_owned();
        let envs: Vec<_> = command.get_envs().filter_map(|(k, v)| Some((k.to_owned(), v?.to_owned()))).collect();
        command = std::process::Command::new(program);
        command.args(["apply", "--auto-approve"]).arg(self.folder.path()).envs(envs);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

/// The keys that the same run creates for other manifests are no rivals.
#[test]
fn other_keys_of_the_same_run_are_no_rivals() {
    let more = ["{generate: {prefix: web_}}", "{custom: {env: TEST_KEY}}"].map(|key| {
        format!(
            "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: more-{}}}\nspec: {{user: alice, \
             application: checkout, package: payments, plan: gold, key: {key}}}\n",
            key.len()
        )
    });
    let minted = with_key(MINTED) + &more.concat();
    let by_store = with_key(BY_STORE) + &more[1];
    for (manifests, keys) in [(minted, 3), (by_store, 2)] {
        let world = World::new(&manifests);
        let area = world.area(&["--quirk", "late-lists=2"]);
        world.point_at(&area, LIMITS, "");
        let said = world.apply();
        assert_eq!(said.exit, 0, "{}", said.text);
        assert_eq!(live(&world).len(), keys, "{}", said.text);
        assert!(live(&world).contains(&delivered(&world.workspace())), "{}", said.text);
    }
}

#[test]
fn two_runners_without_a_shared_database_keep_one_key() {
    for flags in [&[][..], &["--quirk", "late-lists=2"]] {
        let world = World::new(TEAM);
        let area = world.area(&[]);
        world.point_at(&area, LIMITS, "");
        assert_eq!(world.apply().exit, 0);
        drop(area);
        // Both have planned before the first key exists.
        let slow = "delay-1500ms@POST:/applications/*/packageKeys";
        let area = world.area(&[flags, &["--fault", slow]].concat());
        world.point_at(&area, LIMITS, "");
        world.write(&with_key(MINTED));
        let runners = [Runner::of(&world), Runner::of(&world)];
        let running = runners.each_ref().map(|runner| runner.apply(&world));
        for (number, child) in running.into_iter().enumerate() {
            let output = child.wait_with_output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{flags:?}: runner {number}: {text}");
        }
        for (number, runner) in runners.iter().enumerate() {
            assert_one(&world, &runner.path(), &format!("{flags:?}: runner {number}"));
        }
    }
}
