//! What a person took away comes back only with consent. People make and change the area over raw HTTP; Keywright only
//! applies manifests. Whatever is held back, the unrelated change of every run is made.

mod gone;
mod platform;
mod taken;

use serde_json::json;

use crate::cloud::CUSTOM;
use crate::cloud::area::Said;
use crate::cloud::area::World;
use crate::cloud::area::said;
use crate::emulator::caller;
use crate::emulator::caller::Emulator;
use crate::emulator::caller::id;

/// What a person did before the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    Nothing,
    DisabledKey,
    DisabledUser,
    DeletedKey,
    /// With its key, as the service does it.
    DeletedApplication,
}

/// What the manifests say about the statuses of the user and the key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Word {
    Active,
    Disabled,
    /// The fields are left out.
    Silent,
}

/// An area that people made, and a workspace that declares it.
struct Story {
    emulator: Emulator,
    area: caller::World,
    key: String,
    world: World,
}

impl Story {
    fn begin() -> Self {
        Self::of(&[])
    }

    fn of(flags: &[&str]) -> Self {
        let emulator = Emulator::start(flags);
        let area = emulator.world();
        let key = id(&emulator.key(&area, json!({"apikey": CUSTOM, "status": "active"})));
        let world = World::new("");
        let url = format!("http://{}", emulator.address());
        world.point_at_url(&url, "{callsPerSecond: 1000}", "", "TEST_");
        Self { emulator, area, key, world }
    }

    fn declare(&self, word: Word, description: &str) {
        let (user, key) = match word {
            Word::Active => (", status: active", "\n  settings: {status: active}"),
            Word::Disabled => (", status: active", "\n  settings: {status: disabled}"),
            Word::Silent => ("", ""),
        };
        self.world.write(&format!(
            "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {{name: pay}}\nspec: {{description: {description}}}\n---\n\
             apiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {{name: gold}}\nspec: {{package: pay}}\n---\n\
             apiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: alice}}\n\
             spec: {{email: alice@example.com, displayName: Alice{user}}}\n---\n\
             apiVersion: keywright.dev/v1\nkind: Application\nmetadata: {{name: shop}}\nspec: {{user: alice}}\n---\n\
             apiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: k}}\nspec:\n  user: alice\n  \
             application: shop\n  package: pay\n  plan: gold\n  key: {{custom: {{env: TEST_KEY}}}}{key}\n"
        ));
    }

    fn person(&self, deed: Deed) {
        match deed {
            Deed::Nothing => {}
            Deed::DisabledKey => {
                self.emulator.put(&format!("/packageKeys/{}", self.key), json!({"status": "disabled"})).ok();
            }
            Deed::DisabledUser => {
                self.emulator.put(&format!("/members/{}", self.area.member), json!({"areaStatus": "disabled"})).ok();
            }
            Deed::DeletedKey => assert_eq!(self.emulator.delete(&format!("/packageKeys/{}", self.key)).status, 200),
            Deed::DeletedApplication => {
                assert_eq!(self.emulator.delete(&format!("/applications/{}", self.area.application)).status, 200);
            }
        }
    }

    fn apply(&self, more: &[&str]) -> Said {
        self.world.keywright(&[&["apply", "--auto-approve"], more].concat())
    }

    /// The statuses of the user and of all keys, from the store.
    fn statuses(&self) -> (String, Vec<String>) {
        let user = self.emulator.get(&format!("/members/{}?fields=areaStatus", self.area.member)).ok();
        let keys = self.emulator.get("/packageKeys?fields=id,status").ok();
        let keys = keys.as_array().unwrap().iter().map(|key| key["status"].as_str().unwrap().to_owned());
        (user["areaStatus"].as_str().unwrap().to_owned(), keys.collect())
    }

    fn description(&self) -> String {
        let package = self.emulator.get(&format!("/packages/{}?fields=description", self.area.package)).ok();
        package["description"].as_str().unwrap_or_default().to_owned()
    }
}

/// What the workspace database knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Memory {
    None,
    /// Keywright applied the manifests before the person came.
    Right,
    /// Another machine applied other manifests since.
    Older,
    /// The database is that of another area with the same names.
    Wrong,
}

/// What a run without consent does: its exit code, what it says, and the statuses afterwards.
#[expect(clippy::match_same_arms, reason = "one row for each case")]
fn expected(
    deed: Deed,
    word: Word,
    memory: Memory,
) -> (i32, &'static [&'static str], (&'static str, &'static [&'static str])) {
    match (deed, word) {
        (Deed::Nothing, Word::Active | Word::Silent) => (0, &[], ("active", &["active"])),
        // The last active key of the application.
        (Deed::Nothing, Word::Disabled) => (4, &["KW-105", "--allow key/k"], ("active", &["active"])),
        (Deed::DisabledKey, Word::Active) => {
            (4, &["key/k is disabled in the store and would be enabled", "--allow key/k"], ("active", &["disabled"]))
        }
        (Deed::DisabledKey, Word::Disabled) => (0, &[], ("active", &["disabled"])),
        (Deed::DisabledKey, Word::Silent) => (
            0,
            &["warning[CAM-077]: key/k is disabled in the store, and its manifest does not say so"],
            ("active", &["disabled"]),
        ),
        (Deed::DisabledUser, Word::Active) => (
            4,
            &[
                "user/alice is disabled in the store and would be enabled",
                "--allow user/alice",
                "key/k is disabled in the store and would be enabled",
            ],
            ("disabled", &["disabled"]),
        ),
        (Deed::DisabledUser, Word::Disabled) => {
            (4, &["user/alice is disabled in the store", "--allow user/alice"], ("disabled", &["disabled"]))
        }
        (Deed::DisabledUser, Word::Silent) => (
            0,
            &["warning[CAM-077]: user/alice is disabled in the store, so calls with 1 key fail: key/k"],
            ("disabled", &["disabled"]),
        ),
        // Only memory knows that there was a key. If it is wrong, the run asks once too often, and never too seldom.
        (Deed::DeletedKey | Deed::DeletedApplication, _) if memory != Memory::None => {
            (4, &["KW-126", "key/k was in the store when it was last applied", "--allow key/k"], ("active", &[]))
        }
        (Deed::DeletedKey | Deed::DeletedApplication, Word::Active | Word::Silent) => (0, &[], ("active", &["active"])),
        (Deed::DeletedKey | Deed::DeletedApplication, Word::Disabled) => (0, &[], ("active", &["disabled"])),
    }
}

fn remember(story: &Story, memory: Memory) {
    let apply = |description: &str| {
        story.declare(Word::Active, description);
        assert_eq!(story.apply(&[]).exit, 0);
    };
    let database = story.world.workspace().join(".keywright");
    match memory {
        Memory::None => {}
        Memory::Right => apply("before"),
        Memory::Older => {
            apply("older");
            let older = story.world.path().join("older");
            copy(&database, &older);
            apply("before");
            std::fs::remove_dir_all(&database).unwrap();
            copy(&older, &database);
        }
        Memory::Wrong => {
            let other = Story::begin();
            remember(&other, Memory::Right);
            copy(&other.world.workspace().join(".keywright"), &database);
        }
    }
}

pub(crate) fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

#[test]
fn what_a_person_took_away_needs_consent_with_and_without_memory() {
    for memory in [Memory::None, Memory::Right, Memory::Older, Memory::Wrong] {
        use Deed::*;
        for deed in [Nothing, DisabledKey, DisabledUser, DeletedKey, DeletedApplication] {
            for word in [Word::Active, Word::Disabled, Word::Silent] {
                run(memory, deed, word);
            }
        }
    }
}

fn run(memory: Memory, deed: Deed, word: Word) {
    let story = Story::begin();
    remember(&story, memory);
    story.person(deed);
    story.declare(word, "unrelated");
    let what = format!("{deed:?}, manifest {word:?}, memory {memory:?}");
    let (exit, says, (user, keys)) = expected(deed, word, memory);
    let plan = story.world.keywright(&["plan"]);
    assert_eq!(plan.exit, exit, "{what}\n{}", plan.text);
    // A second run asks again, and changes nothing.
    for description in ["unrelated", "again"] {
        story.declare(word, description);
        let said = story.apply(&[]);
        assert_eq!(said.exit, exit, "{what}\n{}", said.text);
        for words in says {
            assert!(said.text.contains(words), "{what}: {words}\n{}", said.text);
        }
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(story.statuses(), (user.to_owned(), keys), "{what}");
        assert_eq!(story.description(), description, "{what}\n{}", said.text);
    }
    let consent = story.apply(&["--allow", "user/alice", "--allow", "key/k"]);
    assert_eq!(consent.exit, 0, "{what}\n{}", consent.text);
    story.world.assert_settled(&what);
}

/// The dates of a store have seconds, so a person who enables and disables a key within two seconds is not seen. The clock of
/// the runner does not matter.
#[test]
fn what_keywright_disabled_is_enabled_without_a_question_unless_someone_changed_it_since() {
    let at_once = std::time::Duration::ZERO;
    let later = std::time::Duration::from_secs(4);
    for (minutes, touches, exit, status) in [
        (0, None, 0, "active"),
        (0, Some(at_once), 0, "active"),
        (0, Some(later), 4, "disabled"),
        (10, Some(later), 4, "disabled"),
        (-4, Some(later), 4, "disabled"),
    ] {
        let story = Story::begin();
        let at = chrono::Utc::now() - chrono::TimeDelta::minutes(minutes);
        let apply = |now: Option<chrono::DateTime<chrono::Utc>>, more: &[&str]| {
            let mut command = story.world.command(&[&["apply", "--auto-approve"], more].concat());
            command.env_remove("KEYWRIGHT_NOW");
            if let Some(now) = now {
                command.env("KEYWRIGHT_NOW", now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
            }
            said(&mut command)
        };
        story.declare(Word::Disabled, "first");
        let first = apply(Some(at), &["--allow", "key/k"]);
        assert_eq!((first.exit, story.statuses().1), (0, vec!["disabled".to_owned()]), "{}", first.text);
        if let Some(wait) = touches {
            std::thread::sleep(wait);
            for status in ["active", "disabled"] {
                story.emulator.put(&format!("/packageKeys/{}", story.key), json!({"status": status})).ok();
            }
        }
        story.declare(Word::Active, "second");
        let second = apply(None, &[]);
        assert_eq!((second.exit, story.statuses().1), (exit, vec![status.to_owned()]), "{minutes}\n{}", second.text);
    }
}

#[test]
fn a_deleted_generated_key_comes_back_as_another_one() {
    let story = Story::begin();
    let generated = |story: &Story| {
        story.declare(Word::Silent, "unrelated");
        let path = story.world.workspace().join("all.yaml");
        let text = std::fs::read_to_string(path).unwrap();
        story.world.write(&text.replace("{custom: {env: TEST_KEY}}", "{generate: {prefix: gen_}}"));
    };
    generated(&story);
    assert_eq!(story.apply(&[]).exit, 0);
    let keys = story.emulator.get("/packageKeys?fields=id,apikey").ok();
    let made = keys.as_array().unwrap().iter().find(|key| key["apikey"].as_str().unwrap().starts_with("gen_")).unwrap();
    assert_eq!(story.emulator.delete(&format!("/packageKeys/{}", made["id"].as_str().unwrap())).status, 200);
    let said = story.apply(&[]);
    assert_eq!((said.exit, story.statuses().1.len()), (0, 2), "{}", said.text);
}

#[test]
fn an_older_clone_does_not_enable_a_user_whom_a_newer_one_disabled() {
    let story = Story::begin();
    let path = story.world.workspace().join("all.yaml");
    let user_only = |status: &str| {
        story.declare(Word::Active, status);
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.split("---\napiVersion: keywright.dev/v1\nkind: PackageKey").next().unwrap().to_owned();
        story.world.write(&text.replace("status: active", &format!("status: {status}")));
    };
    user_only("active");
    assert_eq!(story.apply(&[]).exit, 0);
    user_only("disabled");
    let newer = story.apply(&["--allow", "user/alice"]);
    assert_eq!((newer.exit, story.statuses().0.as_str()), (0, "disabled"), "{}", newer.text);
    user_only("active");
    let older = story.apply(&[]);
    assert_eq!((older.exit, story.statuses().0.as_str()), (4, "disabled"), "{}", older.text);
    assert!(older.text.contains("user/alice is disabled in the store and would be enabled"), "{}", older.text);
}

#[test]
fn a_disabled_user_gets_no_new_key() {
    let story = Story::begin();
    story.person(Deed::DisabledUser);
    story.declare(Word::Active, "unrelated");
    let path = story.world.workspace().join("all.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    story.world.write(&text.replace("{custom: {env: TEST_KEY}}", "{generate: {prefix: gen_}}"));
    let said = story.apply(&[]);
    assert_eq!((said.exit, story.description().as_str()), (4, "unrelated"), "{}", said.text);
    assert!(said.text.contains("key/k would be created for user/alice, who is disabled in the store"), "{}", said.text);
    assert_eq!(story.statuses(), ("disabled".to_owned(), vec!["disabled".to_owned()]), "{}", said.text);
    // The consent for the user covers the user's new keys.
    let said = story.apply(&["--allow", "user/alice"]);
    assert_eq!((said.exit, story.statuses().0.as_str(), story.statuses().1.len()), (0, "active", 2), "{}", said.text);
}

#[test]
fn a_leaked_key_does_not_stop_the_pipeline_of_others() {
    let story = Story::begin();
    story.declare(Word::Active, "first");
    assert_eq!(story.apply(&[]).exit, 0);
    story.person(Deed::DisabledKey);
    for night in ["second", "third"] {
        story.declare(Word::Active, night);
        let said = story.apply(&[]);
        assert_eq!((said.exit, story.description().as_str()), (4, night), "{}", said.text);
        assert!(said.text.contains("held     ^ key/k"), "{}", said.text);
        assert_eq!(story.statuses().1, ["disabled"]);
    }
}

#[test]
fn a_consent_of_the_settings_counts_until_its_day() {
    for (until, exit, status) in [("2026-11-21", 0, "active"), ("2026-11-20", 4, "disabled")] {
        let story = Story::begin();
        story.person(Deed::DisabledKey);
        story.declare(Word::Active, "unrelated");
        let url = format!("http://{}", story.emulator.address());
        let consents = format!("  consents: [{{allow: key/k, why: the leak was a false alarm, until: {until}}}]\n");
        story.world.point_at_url(&url, "{callsPerSecond: 1000}", &consents, "TEST_");
        let said = story.apply(&[]);
        assert_eq!((said.exit, story.statuses().1.as_slice()), (exit, [status.to_owned()].as_slice()), "{}", said.text);
        assert_eq!(said.text.contains("Allowed by the settings:"), exit == 0, "{}", said.text);
        assert_eq!(said.text.contains("ended on 2026-11-20 and no longer counts"), exit == 4, "{}", said.text);
    }
}

#[test]
fn a_saved_plan_counts_only_the_consents_that_it_was_reviewed_with_and_that_still_count() {
    let story = Story::begin();
    story.person(Deed::DisabledKey);
    story.declare(Word::Active, "unrelated");
    let url = format!("http://{}", story.emulator.address());
    let settings = |consents: &str| story.world.point_at_url(&url, "{callsPerSecond: 1000}", consents, "TEST_");
    let consents = "  consents: [{allow: key/k, why: a false alarm, until: 2026-11-21}]\n";
    let plan = story.world.path().join("plan.json");
    let save = || story.world.keywright(&["plan", "--out", plan.to_str().unwrap()]);
    let apply = |now: &str, more: &[&str]| {
        let mut command = crate::program::keywright();
        command.args(["apply", plan.to_str().unwrap()]).args(more).current_dir(story.world.workspace());
        command.env("KEYWRIGHT_TEST_CREDENTIAL", "not-a-real-credential").env("TEST_KEY", CUSTOM);
        said(command.env("KEYWRIGHT_NOW", now).stdin(std::process::Stdio::null()))
    };
    // Held back in the review, and allowed by a consent that came later: still held back.
    assert_eq!(save().exit, 4);
    settings(consents);
    let said = apply("2026-11-21T12:00:00Z", &[]);
    assert_eq!((said.exit, story.statuses().1.as_slice()), (4, ["disabled".to_owned()].as_slice()), "{}", said.text);
    // Allowed in the review, by a consent that ended or was taken back before the apply.
    assert_eq!(save().exit, 0);
    let late = apply("2026-11-22T00:00:00Z", &[]);
    assert_eq!((late.exit, story.statuses().1.as_slice()), (4, ["disabled".to_owned()].as_slice()), "{}", late.text);
    settings("");
    let withdrawn = apply("2026-11-21T12:00:00Z", &[]);
    assert_eq!(withdrawn.exit, 4, "{}", withdrawn.text);
    settings(consents);
    let in_time = apply("2026-11-21T23:59:59Z", &[]);
    assert_eq!(
        (in_time.exit, story.statuses().1.as_slice()),
        (0, ["active".to_owned()].as_slice()),
        "{}",
        in_time.text
    );
}

#[test]
fn a_user_who_is_enabled_again_keeps_disabled_keys_and_the_plan_says_so() {
    let story = Story::begin();
    story.person(Deed::DisabledUser);
    story.declare(Word::Active, "unrelated");
    let said = story.apply(&["--allow", "user/alice"]);
    assert_eq!(said.exit, 4, "{}", said.text);
    assert!(said.text.contains("does not enable the user's keys with the user: 1 disabled key"), "{}", said.text);
    assert_eq!(story.statuses(), ("active".to_owned(), vec!["disabled".to_owned()]), "{}", said.text);
}

/// Each narrowing of the plan, the key or the user with active keys, and the number of callers that it names.
#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_narrows_access_to_keys_in_use_needs_consent() {
    let narrowed = [
        (
            "kind: Plan\nmetadata: {name: gold}\nspec: {package: pay",
            ", status: inactive",
            "KW-122",
            "plan/pay/gold",
            "1 active key ",
        ),
        (
            "kind: Plan\nmetadata: {name: gold}\nspec: {package: pay",
            ", throttle: {perSecond: 0}",
            "KW-122",
            "plan/pay/gold",
            "1 active key ",
        ),
        (
            "kind: Plan\nmetadata: {name: gold}\nspec: {package: pay",
            ", quota: {calls: 2000}",
            "KW-122",
            "plan/pay/gold",
            "1 active key ",
        ),
        (
            "kind: Plan\nmetadata: {name: gold}\nspec: {package: pay",
            ", quota: {calls: 5000, per: month}",
            "KW-122",
            "plan/pay/gold",
            "1 active key ",
        ),
        ("displayName: Alice", ", status: waiting", "KW-104", "user/alice", "(1 active key)"),
        ("displayName: Alice", ", status: disabled", "KW-104", "user/alice", "(1 active key)"),
        (
            "plan: gold\n  key: {custom: {env: TEST_KEY}}",
            "\n  expires: 2025-06-30",
            "KW-124",
            "key/k",
            "key/k is active",
        ),
        (
            "plan: gold\n  key: {custom: {env: TEST_KEY}}",
            "\n  settings: {quota: 10}",
            "KW-123",
            "key/k",
            "it is active",
        ),
    ];
    for (before, more, rule, address, says) in narrowed {
        let story = Story::begin();
        story.declare(Word::Silent, "unrelated");
        let path = story.world.workspace().join("all.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(before), "{before}");
        // A declared key needs a declared user who is active, so here people made the key and no manifest names it.
        let text = if address == "user/alice" {
            text.split("---\napiVersion: keywright.dev/v1\nkind: PackageKey").next().unwrap()
        } else {
            &text
        };
        story.world.write(&text.replace(before, &format!("{before}{more}")));
        let said = story.apply(&[]);
        assert_eq!((said.exit, story.description().as_str()), (4, "unrelated"), "{more}\n{}", said.text);
        for words in [rule, says, &format!("--allow {address}")] {
            assert!(said.text.contains(words), "{more}: {words}\n{}", said.text);
        }
        assert_eq!(story.statuses(), ("active".to_owned(), vec!["active".to_owned()]), "{more}");
        let consent = story.apply(&["--allow", address]);
        assert_eq!(consent.exit, 0, "{more}\n{}", consent.text);
    }
}
