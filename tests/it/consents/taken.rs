//! What a person took away by other means than disabling: an end, a status, a limit, a role.

use serde_json::Value as Json;
use serde_json::json;

use super::Story;
use super::copy;
use crate::cloud::area::Said;

/// What a person did before the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    Nothing,
    EndedKey,
    NearerEnd,
    WaitingUser,
    InactivePlan,
    ZeroPlan,
    LoweredPlan,
    LoweredKey,
    NoOverride,
    LostRole,
    /// Not below half: no guard would ask before that.
    LoweredALittle,
}

/// What the manifests say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Word {
    /// The same as before.
    Same,
    /// Wider than before: someone who does not know of the person edited the manifests.
    Wider,
    /// The fields are left out.
    Silent,
    /// What the person did.
    Taken,
}

/// What the workspace database knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Memory {
    None,
    Right,
    /// A run of another machine applied other values since.
    Older,
    /// The database is that of another area with the same names.
    Wrong,
}

struct Fields {
    user: &'static str,
    plan: &'static str,
    key: &'static str,
}

const BEFORE: Fields = Fields {
    user: ", status: active, roles: [Everyone, Member]",
    plan: ", status: active, quota: {calls: 5000, keyOverride: true}",
    key: "\n  expires: 2027-06-30\n  settings: {status: active, quota: 4000}",
};

const OLDER: Fields = Fields {
    user: ", status: active, roles: [Everyone, Member]",
    plan: ", status: active, quota: {calls: 4800, keyOverride: true}",
    key: "\n  expires: 2027-03-31\n  settings: {status: active, quota: 3800}",
};

const WIDER: Fields = Fields {
    user: ", status: active, roles: [Everyone, Member, Community Manager]",
    plan: ", status: active, quota: {calls: 6000, keyOverride: true}",
    key: "\n  expires: 2027-12-31\n  settings: {status: active, quota: 4500}",
};

fn declare(story: &Story, fields: &Fields, description: &str) {
    let Fields { user, plan, key } = fields;
    story.world.write(&format!(
        "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {{name: pay}}\nspec: {{description: {description}}}\n---\n\
         apiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {{name: gold}}\nspec: {{package: pay{plan}}}\n---\n\
         apiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: alice}}\n\
         spec: {{email: alice@example.com, displayName: Alice{user}}}\n---\n\
         apiVersion: keywright.dev/v1\nkind: Application\nmetadata: {{name: shop}}\nspec: {{user: alice}}\n---\n\
         apiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: k}}\nspec:\n  user: alice\n  \
         application: shop\n  package: pay\n  plan: gold\n  key: {{custom: {{env: TEST_KEY}}}}{key}\n"
    ));
}

fn fields(word: Word, deed: Deed) -> Fields {
    let mut fields = match word {
        Word::Same | Word::Taken => BEFORE,
        Word::Wider => WIDER,
        Word::Silent => Fields { user: "", plan: "", key: "" },
    };
    if word == Word::Taken {
        match deed {
            Deed::EndedKey => fields.key = "\n  expires: 2026-11-01\n  settings: {status: active, quota: 4000}",
            Deed::NearerEnd => fields.key = "\n  expires: 2026-12-24\n  settings: {status: active, quota: 4000}",
            Deed::LoweredKey => fields.key = "\n  expires: 2027-06-30\n  settings: {status: active, quota: 10}",
            Deed::WaitingUser => fields.user = ", status: waiting, roles: [Everyone, Member]",
            Deed::LostRole => fields.user = ", status: active, roles: [Everyone]",
            Deed::InactivePlan => fields.plan = ", status: inactive, quota: {calls: 5000, keyOverride: true}",
            Deed::LoweredPlan => fields.plan = ", status: active, quota: {calls: 10, keyOverride: true}",
            Deed::LoweredALittle => fields.plan = ", status: active, quota: {calls: 4500, keyOverride: true}",
            Deed::ZeroPlan => fields.plan = ", status: active, quota: {calls: 0, keyOverride: true}",
            Deed::NoOverride => fields.plan = ", status: active, quota: {calls: 5000, keyOverride: false}",
            Deed::Nothing => {}
        }
    }
    fields
}

/// An area that people made, as the manifests say.
fn begin() -> Story {
    let story = Story::begin();
    let roles = json!([{"name": "Everyone"}, {"name": "Member"}]);
    story.emulator.put(&format!("/members/{}", story.area.member), json!({"roles": roles})).ok();
    let terms = json!({"expires": "2027-06-30", "rateLimitCeiling": 4000, "rateLimitExempt": false});
    story.emulator.put(&format!("/packageKeys/{}", story.key), terms).ok();
    story
}

/// Where the person works: the path, and the body.
fn work(story: &Story, deed: Deed) -> Option<(String, Json)> {
    let key = format!("/packageKeys/{}", story.key);
    let plan = format!("/packages/{}/plans/{}", story.area.package, story.area.plan);
    let user = format!("/members/{}", story.area.member);
    Some(match deed {
        Deed::Nothing => return None,
        Deed::EndedKey => (key, json!({"expires": "2026-11-01"})),
        Deed::NearerEnd => (key, json!({"expires": "2026-12-24"})),
        Deed::LoweredKey => (key, json!({"rateLimitCeiling": 10})),
        Deed::WaitingUser => (user, json!({"areaStatus": "waiting"})),
        Deed::LostRole => (user, json!({"roles": [{"name": "Everyone"}]})),
        Deed::InactivePlan => (plan, json!({"status": "inactive"})),
        Deed::ZeroPlan => (plan, json!({"rateLimitCeiling": 0})),
        Deed::LoweredPlan => (plan, json!({"rateLimitCeiling": 10})),
        Deed::LoweredALittle => (plan, json!({"rateLimitCeiling": 4500})),
        Deed::NoOverride => (plan, json!({"rateLimitKeyOverrideAllowed": false})),
    })
}

/// Whether the store still has what the person wrote.
fn is_taken(story: &Story, deed: Deed) -> bool {
    let Some((path, body)) = work(story, deed) else { return false };
    let (property, value) = body.as_object().unwrap().iter().next().unwrap();
    let found = story.emulator.get(&format!("{path}?fields={property}")).ok();
    if property == "roles" { found[property].as_array().unwrap().len() == 1 } else { found[property] == *value }
}

fn apply_before(story: &Story, fields: &Fields) {
    declare(story, fields, "before");
    let said = story.apply(&["--allow", "plan/pay/gold", "--allow", "key/k"]);
    assert_eq!(said.exit, 0, "{}", said.text);
}

fn remember(story: &Story, memory: Memory) {
    let database = story.world.workspace().join(".keywright");
    match memory {
        Memory::None => {}
        Memory::Right => apply_before(story, &BEFORE),
        Memory::Older => {
            apply_before(story, &OLDER);
            let older = story.world.path().join("older");
            copy(&database, &older);
            apply_before(story, &BEFORE);
            std::fs::remove_dir_all(&database).unwrap();
            copy(&older, &database);
        }
        Memory::Wrong => {
            let other = begin();
            remember(&other, Memory::Right);
            copy(&other.world.workspace().join(".keywright"), &database);
        }
    }
}

/// The address and the words of the question that a run asks before it gives back what a person took, if it asks.
fn question(deed: Deed, memory: Memory) -> Option<(&'static str, &'static str)> {
    let knows = matches!(memory, Memory::Right | Memory::Older);
    Some(match deed {
        Deed::EndedKey => ("key/k", "key/k ended on 2026-11-01 in the store and would work again"),
        Deed::WaitingUser => ("user/alice", "user/alice is waiting in the store and would be active"),
        Deed::InactivePlan => ("plan/pay/gold", "plan/pay/gold is inactive in the store and would be active"),
        Deed::ZeroPlan if knows => ("plan/pay/gold", "plan/pay/gold has `quota.calls` 0 in the store, where "),
        Deed::ZeroPlan => {
            ("plan/pay/gold", "plan/pay/gold is limited to 0 calls in the store and would get `quota.calls` ")
        }
        Deed::NearerEnd if knows => ("key/k", "key/k has `expires` 2026-12-24 in the store, where 2027-0"),
        Deed::LoweredKey if knows => ("key/k", "key/k has `settings.quota` 10 in the store, where "),
        Deed::LoweredPlan if knows => ("plan/pay/gold", "plan/pay/gold has `quota.calls` 10 in the store, where "),
        Deed::NoOverride if knows => ("plan/pay/gold", "has `quota.keyOverride` false in the store, where true was"),
        Deed::LostRole if knows => ("user/alice", "user/alice lost Member of `roles` in the store"),
        _ => return None,
    })
}

fn run(deed: Deed, word: Word, memory: Memory) {
    let story = begin();
    remember(&story, memory);
    if let Some((path, body)) = work(&story, deed) {
        story.emulator.put(&path, body).ok();
    }
    let what = format!("{deed:?}, manifest {word:?}, memory {memory:?}");
    // A declared key needs an active user, and a limit of its own needs a package plan that allows it.
    let refusal = match (deed, word) {
        (Deed::WaitingUser, Word::Taken) => Some("CAM-034"),
        (Deed::NoOverride, Word::Taken) => Some("CAM-027"),
        _ => None,
    };
    if let Some(rule) = refusal {
        declare(&story, &fields(word, deed), "unrelated");
        let said = story.apply(&[]);
        assert!(said.exit == 3 && said.text.contains(rule) && is_taken(&story, deed), "{what}\n{}", said.text);
        return;
    }
    let asked = question(deed, memory).filter(|_| matches!(word, Word::Same | Word::Wider));
    let exit = if asked.is_some() { 4 } else { 0 };
    // A second run asks again, and changes nothing.
    let runs = if asked.is_some() { 2 } else { 1 };
    for description in ["unrelated", "again"].into_iter().take(runs) {
        declare(&story, &fields(word, deed), description);
        let said: Said = story.apply(&[]);
        assert_eq!(said.exit, exit, "{what}\n{}", said.text);
        assert_eq!(story.description(), description, "{what}\n{}", said.text);
        if let Some((address, words)) = asked {
            for words in ["error[KW-127]", words, &format!("--allow {address}, or write the value of the store")] {
                assert!(said.text.contains(words), "{what}: {words}\n{}", said.text);
            }
        }
        assert_eq!(said.text.contains("KW-127"), asked.is_some(), "{what}\n{}", said.text);
        let is_cut_off =
            matches!(deed, Deed::EndedKey | Deed::WaitingUser | Deed::InactivePlan) && word == Word::Silent;
        assert_eq!(said.text.contains("warning[CAM-077]"), is_cut_off, "{what}\n{}", said.text);
        let stays = deed != Deed::Nothing && (asked.is_some() || matches!(word, Word::Silent | Word::Taken));
        assert_eq!(is_taken(&story, deed), stays, "{what}\n{}", said.text);
    }
    let Some((address, _)) = asked else { return };
    let consent = story.apply(&["--allow", address]);
    assert_eq!((consent.exit, is_taken(&story, deed)), (0, false), "{what}\n{}", consent.text);
    story.world.assert_settled(&what);
}

fn run_all(memory: Memory, words: &[Word]) {
    use Deed::*;
    let deeds = [
        Nothing,
        EndedKey,
        NearerEnd,
        WaitingUser,
        InactivePlan,
        ZeroPlan,
        LoweredPlan,
        LoweredKey,
        NoOverride,
        LostRole,
        LoweredALittle,
    ];
    for deed in deeds {
        for word in words {
            run(deed, *word, memory);
        }
    }
}

#[test]
fn what_was_narrowed_needs_consent_with_memory() {
    run_all(Memory::Right, &[Word::Same, Word::Wider, Word::Silent, Word::Taken]);
}

#[test]
fn an_older_memory_asks_as_a_right_one_does() {
    run_all(Memory::Older, &[Word::Same, Word::Wider]);
}

#[test]
fn without_memory_only_what_works_no_more_needs_consent() {
    run_all(Memory::None, &[Word::Same, Word::Wider, Word::Silent, Word::Taken]);
}

#[test]
fn a_memory_of_another_area_is_none() {
    run_all(Memory::Wrong, &[Word::Same]);
}

/// The fields in the workspace database, by the last word of the address in `objects`.
fn recorded(story: &Story, kind: &str) -> Json {
    let path = story.world.workspace().join(".keywright/keywright.db");
    let database = rusqlite::Connection::open(path).unwrap();
    let sql = "SELECT fields FROM applied WHERE kind = ?1";
    let text: String = database.query_row(sql, [kind], |row| row.get(0)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_record_has_no_secret_and_no_custom_attribute_and_keeps_what_is_held_back() {
    let story = begin();
    let mut before = BEFORE;
    before.plan = ", status: active, quota: {calls: 5000, keyOverride: true}, eav: {team: blue}";
    apply_before(&story, &before);
    let plan = json!({"status": "active", "quota.calls": 5000, "quota.keyOverride": true});
    assert_eq!(recorded(&story, "Plan"), plan);
    let key = json!({
        "declaredFor": "package/pay",
        "declaredIn": "application/alice/shop",
        "expires": "2027-06-30",
        "plan": "gold",
        "settings.quota": 4000,
        "settings.status": "active",
    });
    assert_eq!(recorded(&story, "PackageKey"), key);
    let (path, body) = work(&story, Deed::LoweredPlan).unwrap();
    story.emulator.put(&path, body).ok();
    declare(&story, &WIDER, "unrelated");
    assert_eq!(story.apply(&[]).exit, 4);
    assert_eq!(recorded(&story, "Plan"), json!({"status": "active", "quota.calls": 5000, "quota.keyOverride": true}));
    // The key waits for its package plan.
    assert_eq!(recorded(&story, "PackageKey"), key);
}

/// A user waits because Keywright created them so, and not because of a person.
#[test]
fn a_user_whom_keywright_created_is_activated_without_a_question() {
    let world = crate::cloud::area::World::new("");
    let user = |status: &str| {
        world.write(&format!(
            "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: bob}}\n\
             spec: {{email: bob@example.com, displayName: Bob{status}}}\n"
        ));
        world.apply()
    };
    assert_eq!(user("").exit, 0);
    let said = user(", status: active");
    assert!(said.exit == 0 && said.text.contains("waiting → active"), "{}", said.text);
}

/// The zone of the service is no deed of a person, and a day less in any zone is one.
#[test]
fn an_end_in_another_zone_is_no_change() {
    for quirk in ["expires-with-time", "expires-with-time=2", "expires-with-time=13"] {
        let story = Story::of(&["--quirk", quirk]);
        let terms = json!({"expires": "2027-06-30", "rateLimitCeiling": 4000, "rateLimitExempt": false});
        story.emulator.put(&format!("/packageKeys/{}", story.key), terms).ok();
        apply_before(&story, &BEFORE);
        story.world.assert_settled(quirk);
        story.emulator.put(&format!("/packageKeys/{}", story.key), json!({"expires": "2027-06-29"})).ok();
        let said = story.apply(&[]);
        let asks = "key/k has `expires` 2027-06-29 in the store, where 2027-06-30 was applied";
        assert!(said.exit == 4 && said.text.contains(asks), "{quirk}\n{}", said.text);
    }
}
