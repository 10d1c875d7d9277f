//! `removed: true`: an object of the store goes with everything that hangs on it, whoever made that, on a machine without
//! memory. Other clients make the area over raw HTTP, and the store is read over the wire.

use serde_json::Value as Json;
use serde_json::json;

use crate::cloud::CUSTOM;
use crate::cloud::area::Said;
use crate::cloud::area::World;
use crate::emulator::caller;
use crate::emulator::caller::Emulator;
use crate::emulator::caller::id;

/// A workspace without memory that points at an area which people made.
struct Story {
    emulator: Emulator,
    area: caller::World,
    world: World,
}

impl Story {
    fn begin() -> Self {
        let emulator = Emulator::start(&[]);
        let area = emulator.world();
        let world = World::new("");
        let url = format!("http://{}", emulator.address());
        world.point_at_url(&url, "{callsPerSecond: 1000}", "", "TEST_");
        Self { emulator, area, world }
    }

    fn key(&self, value: &str, status: &str) {
        self.emulator.key(&self.area, json!({"apikey": value, "status": status})).ok();
    }

    /// Another member with an application and an active key in the same package.
    fn bob(&self) {
        let member =
            json!({"username": "bob", "email": "bob@example.com", "displayName": "Bob", "areaStatus": "active"});
        let member = id(&self.emulator.post("/members", member));
        let application = self.emulator.post(&format!("/members/{member}/applications"), json!({"name": "till"}));
        let (package, plan) = (&self.area.package, &self.area.plan);
        let body =
            json!({"apikey": "b_person.made-1", "status": "active", "package": {"id": package}, "plan": {"id": plan}});
        self.emulator.post(&format!("/applications/{}/packageKeys", id(&application)), body).ok();
    }

    fn apply(&self, manifests: &str, more: &[&str]) -> Said {
        self.world.write(manifests);
        self.world.keywright(&[&["apply", "--auto-approve"], more].concat())
    }

    /// What the store holds: members, applications, packages, plans and key values.
    fn holds(&self) -> Vec<String> {
        let names = |path: &str, field: &str| {
            let rows = self.emulator.get(&format!("{path}?fields={field}")).ok();
            let rows: Vec<Json> = rows.as_array().unwrap().clone();
            rows.into_iter().map(|row| row[field].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let lists =
            [("/members", "username"), ("/applications", "name"), ("/packages", "name"), ("/packageKeys", "apikey")];
        let mut all: Vec<String> = lists.into_iter().flat_map(|(path, field)| names(path, field)).collect();
        all.retain(|name| name != "area_internal" && name != "fake-user");
        all.sort();
        all
    }
}

fn manifest(kind: &str, metadata: &str, spec: &str) -> String {
    let spec = if spec.is_empty() { String::new() } else { format!("spec: {{{spec}}}\n") };
    format!("---\napiVersion: keywright.dev/v1\nkind: {kind}\nmetadata: {{{metadata}}}\n{spec}")
}

#[track_caller]
fn assert_says(said: &Said, exit: i32, words: &[&str]) {
    assert_eq!(said.exit, exit, "{}", said.text);
    for word in words {
        assert!(said.text.contains(word), "{word}\n{}", said.text);
    }
}

#[test]
fn a_user_goes_with_what_hangs_on_them_after_one_consent_and_without_memory() {
    let story = Story::begin();
    story.key("a_person.made-1", "active");
    story.key("a_person.made-2", "disabled");
    story.bob();
    let everything = story.holds();
    let gone = manifest("User", "name: alice, removed: true", "");
    let said = story.apply(&gone, &[]);
    let message = "user/alice would be removed with 1 application and 2 keys, 1 of them active; its username can never be used again";
    assert_says(
        &said,
        4,
        &["KW-140", message, "--allow user/alice", "hangs on user/alice, which is removed; active, plan gold"],
    );
    assert_eq!(story.holds(), everything);
    // Consent for something else is none.
    let said = story.apply(&gone, &["--allow", "application/alice/shop"]);
    assert_says(&said, 4, &["KW-140"]);
    assert_eq!(story.holds(), everything);
    let said = story.apply(&gone, &["--allow", "user/alice"]);
    assert_says(&said, 0, &["Applied: 4 changes done"]);
    assert_eq!(story.holds(), ["b_person.made-1", "bob", "pay", "till"]);
    // It stays harmless, and says that it can go.
    let said = story.apply(&gone, &[]);
    assert_says(&said, 0, &["Nothing to do", "KW-142", "no longer in use in the store: user/alice"]);
}

#[test]
fn a_consent_in_the_settings_and_a_saved_plan_remove_a_tree_too() {
    let story = Story::begin();
    story.key("a_person.made-1", "active");
    story.world.write(&manifest("Application", "name: shop, removed: true", "user: alice"));
    let plan = story.world.path().join("plan.json");
    let plan = plan.to_str().unwrap();
    let said = story.world.keywright(&["plan", "--out", plan, "--allow", "application/alice/shop"]);
    assert_says(&said, 0, &["Plan: 2 to delete"]);
    let settings = std::fs::read_to_string(story.world.workspace().join("keywright.yaml")).unwrap();
    let more = "spec:\n  consents: [{allow: application/alice/shop, why: the shop closed, until: 2026-12-31}]\n";
    std::fs::write(story.world.workspace().join("keywright.yaml"), settings.replacen("spec:\n", more, 1)).unwrap();
    assert_says(&story.world.keywright(&["plan"]), 0, &["Plan: 2 to delete"]);
    std::fs::write(story.world.workspace().join("keywright.yaml"), settings).unwrap();
    let said = crate::cloud::area::said(
        crate::program::keywright()
            .args(["apply", plan, "--auto-approve"])
            .env("KEYWRIGHT_TEST_CREDENTIAL", "not-a-real-credential")
            .env("KEYWRIGHT_NOW", "2026-11-21T12:00:00Z")
            .current_dir(story.world.workspace()),
    );
    assert_says(&said, 0, &["2 changes done"]);
    assert_eq!(story.holds(), ["alice", "pay"]);
}

#[test]
fn a_saved_plan_takes_no_tree_apart_that_got_something_new() {
    for (kind, spec, root) in [("Application", "user: alice", "application/alice/shop"), ("User", "", "user/alice")] {
        let name = root.rsplit('/').next().unwrap();
        let story = Story::begin();
        story.key("a_person.made-1", "active");
        story.world.write(&manifest(kind, &format!("name: {name}, removed: true"), spec));
        let plan = story.world.path().join("plan.json");
        let plan = plan.to_str().unwrap();
        assert_says(&story.world.keywright(&["plan", "--out", plan, "--allow", root]), 0, &[]);
        story.key("a_person.made-2", "active");
        let before = story.holds();
        let said = crate::cloud::area::said(
            crate::program::keywright()
                .args(["apply", plan, "--auto-approve"])
                .env("KEYWRIGHT_TEST_CREDENTIAL", "not-a-real-credential")
                .env("KEYWRIGHT_NOW", "2026-11-21T12:00:00Z")
                .current_dir(story.world.workspace()),
        );
        assert_says(
            &said,
            5,
            &["application/alice/shop has key/alice/shop/pay@", "was not there when the plan was made"],
        );
        assert_eq!(story.holds(), before, "{}", said.text);
    }
}

#[test]
fn a_package_names_the_keys_of_other_people_that_go_with_it() {
    let story = Story::begin();
    story.key("a_person.made-1", "active");
    story.bob();
    let gone = manifest("Package", "name: pay, removed: true", "");
    let message = "package/pay would be removed with 1 package plan and 2 keys, 2 of them active";
    assert_says(&story.apply(&gone, &[]), 4, &[message, "--allow package/pay"]);
    assert_says(&story.apply(&gone, &["--allow", "package/pay"]), 0, &["Applied: 4 changes done"]);
    assert_eq!(story.holds(), ["alice", "bob", "shop", "till"]);
}

#[test]
fn one_key_goes_by_its_value_its_id_or_its_prefix_and_the_others_stay() {
    let story = Story::begin();
    story.key(CUSTOM, "active");
    story.key("g_person.made-1-of-24-ch", "active");
    story.key("other.person.made-1", "active");
    let key = |name: &str, source: &str| {
        let spec = format!("user: alice, application: shop, package: pay, plan: gold, key: {source}");
        manifest("PackageKey", &format!("name: {name}, removed: true"), &spec)
    };
    let both = [key("custom", "{custom: {env: TEST_KEY}}"), key("generated", "{generate: {prefix: g_}}")].concat();
    assert_says(&story.apply(&both, &[]), 4, &["key/custom would be removed; it is active", "--allow key/generated"]);
    // Each is allowed for itself.
    assert_says(&story.apply(&both, &["--allow", "key/custom"]), 4, &["1 done, 1 held"]);
    assert_says(&story.apply(&both, &["--allow", "key/generated"]), 0, &["KW-142"]);
    assert_eq!(story.holds(), ["alice", "other.person.made-1", "pay", "shop"]);
    let rows = story.emulator.get("/packageKeys?fields=id").ok();
    let existing = key("last", &format!("{{existing: {}}}", rows[0]["id"].as_str().unwrap()));
    assert_says(&story.apply(&existing, &["--allow", "key/last"]), 0, &["1 change done"]);
    // Its id is gone, and that is what the manifest wants.
    assert_says(&story.apply(&existing, &[]), 0, &["KW-142", "Nothing to do"]);
}

#[test]
fn what_harms_no_caller_needs_no_consent() {
    let story = Story::begin();
    let gone = manifest("Application", "name: shop, removed: true", "user: alice");
    assert_says(&story.apply(&gone, &[]), 0, &["Applied: 1 change done"]);
    assert_eq!(story.holds(), ["alice", "pay"]);
    // A disabled key may be one that is enabled again.
    let story = Story::begin();
    story.key("a_person.made-1", "disabled");
    assert_says(&story.apply(&gone, &[]), 4, &["application/alice/shop would be removed with 1 key"]);
    assert_says(&story.apply(&gone, &["--allow", "application/alice/shop"]), 0, &["Applied: 2 changes done"]);
}

#[test]
fn a_key_of_a_person_with_the_prefix_of_a_removed_one_stays() {
    let story = Story::begin();
    story.world.write(&[&*team(), &key("generate: {prefix: g_}")].concat());
    assert_says(&story.world.keywright(&["apply", "--auto-approve"]), 0, &["2 changes done"]);
    story.key("g_partner", "active");
    let gone = manifest(
        "PackageKey",
        "name: k, removed: true",
        "user: alice, application: shop, package: pay, plan: gold, key: {generate: {prefix: g_}}",
    );
    let said = story.apply(&[&*team(), &gone].concat(), &["--allow", "key/k"]);
    assert_says(&said, 0, &["1 change done"]);
    assert_eq!(story.holds(), ["alice", "g_partner", "pay", "shop"]);
    // Without memory, the length tells.
    std::fs::remove_dir_all(story.world.workspace().join(".keywright")).unwrap();
    let said = story.apply(&[&*team(), &gone].concat(), &["--allow", "key/k"]);
    assert_says(&said, 3, &["Keywright did not make the key with its prefix"]);
    assert_eq!(story.holds(), ["alice", "g_partner", "pay", "shop"]);
}

#[test]
fn a_machine_that_lost_its_memory_and_saw_the_key_again_removes_it() {
    let story = Story::begin();
    story.world.write(&[&*team(), &key("generate: {prefix: g_}")].concat());
    assert_says(&story.world.keywright(&["apply", "--auto-approve"]), 0, &["2 changes done"]);
    std::fs::remove_dir_all(story.world.workspace().join(".keywright")).unwrap();
    assert_says(&story.world.keywright(&["apply", "--auto-approve"]), 0, &["Nothing to do"]);
    let gone = manifest(
        "PackageKey",
        "name: k, removed: true",
        "user: alice, application: shop, package: pay, plan: gold, key: {generate: {prefix: g_}}",
    );
    let all = [&*team(), &gone].concat();
    assert_says(&story.apply(&all, &[]), 4, &["key/k would be removed"]);
    assert_says(&story.apply(&all, &["--allow", "key/k"]), 0, &["1 change done"]);
    assert_eq!(story.holds(), ["alice", "pay", "shop"]);
}

#[test]
fn what_a_person_makes_after_a_removal_is_not_removed_by_a_consent_that_stays() {
    let other = manifest("Application", "name: other", "user: alice");
    // The removed one may have been the last of its kind.
    for (other, done) in [(&*other, "3 changes done"), ("", "2 changes done")] {
        let story = Story::begin();
        let consent = "  consents: [{allow: application/alice/shop, why: it closed, until: 2099-12-31}]\n";
        let url = format!("http://{}", story.emulator.address());
        story.world.point_at_url(&url, "{callsPerSecond: 1000}", consent, "TEST_");
        story.world.write(&[&*team(), &key("generate: {prefix: g_}")].concat());
        assert_says(&story.world.keywright(&["apply", "--auto-approve"]), 0, &["2 changes done"]);
        let user = manifest("User", "name: alice", "email: alice@example.com, displayName: Alice, status: active");
        let gone = manifest("Application", "name: shop, removed: true", "user: alice");
        let all = [&*user, other, &gone].concat();
        assert_says(&story.apply(&all, &[]), 0, &[done]);
        let applications = format!("/members/{}/applications", story.area.member);
        let again = story.emulator.post(&applications, json!({"name": "shop"}));
        assert_eq!(again.status, 200);
        let id = again.json()["id"].as_str().unwrap().to_owned();
        let says = format!("does not know the one in the store with the id {id} as declared");
        let before = story.holds();
        assert_says(&story.apply(&all, &[]), 4, &["KW-144", &says, "--allow application/alice/shop"]);
        assert!(story.holds() == before && before.contains(&"shop".to_owned()), "{before:?}");
        assert_says(&story.apply(&all, &["--allow", "application/alice/shop"]), 0, &["1 change done"]);
    }
}

#[test]
fn a_finished_removal_does_not_point_at_what_another_manifest_declares() {
    let story = Story::begin();
    let user = manifest("User", "name: alice", "email: alice@example.com, displayName: Alice, status: active");
    let of = |name: &str| manifest("Application", name, "user: alice");
    assert_says(&story.apply(&[&*user, &of("name: till1"), &of("name: till2")].concat(), &[]), 0, &[]);
    let all = [&*user, &of("name: till1, removed: true"), &of("name: till2")].concat();
    assert_says(&story.apply(&all, &[]), 0, &["1 change done"]);
    let done = "take their manifests out, they change nothing any more";
    assert_says(&story.apply(&all, &[]), 0, &["KW-142", done]);
    // One that nobody declares may be meant.
    let all = [&*user, &of("name: shop3, removed: true")].concat();
    assert_says(&story.apply(&all, &[]), 0, &["KW-142", "if application/alice/shop", "is meant"]);
}

#[test]
fn the_last_object_that_memory_knew_is_remembered_as_removed() {
    let story = Story::begin();
    let package = |metadata: &str| manifest("Package", metadata, "description: New");
    assert_says(&story.apply(&package("name: new"), &[]), 0, &["1 change done"]);
    let gone = package("name: new, removed: true");
    assert_says(&story.apply(&gone, &[]), 0, &["1 change done"]);
    // One with nearly its name is not meant.
    story.emulator.post("/packages", json!({"name": "news"})).ok();
    assert_says(&story.apply(&gone, &[]), 0, &["KW-142", "take their manifests out, they change nothing any more"]);
    story.emulator.post("/packages", json!({"name": "new"})).ok();
    let before = story.holds();
    assert_says(&story.apply(&gone, &[]), 4, &["KW-144", "--allow package/new"]);
    assert_eq!(story.holds(), before);
}

#[test]
fn what_moved_is_not_called_gone() {
    let story = Story::begin();
    story.world.write(&[&*team(), &key("generate: {prefix: g_}")].concat());
    assert_says(&story.world.keywright(&["apply", "--auto-approve"]), 0, &["2 changes done"]);
    story.emulator.put(&format!("/applications/{}", story.area.application), json!({"name": "kiosk"})).ok();
    let gone = manifest("Application", "name: shop, removed: true", "user: alice");
    let said = story.apply(&gone, &["--allow", "application/alice/shop"]);
    assert_says(
        &said,
        3,
        &["KW-145", "application/alice/shop is removed, but it is in the store as application/alice/kiosk"],
    );
}

/// The manifests of everything in the area but keys.
fn team() -> String {
    let package = manifest("Package", "name: pay", "description: money");
    let user = manifest("User", "name: alice", "email: alice@example.com, displayName: Alice, status: active");
    let application = manifest("Application", "name: shop", "user: alice");
    [&*package, &manifest("Plan", "name: gold", "package: pay"), &user, &application].concat()
}

fn key(source: &str) -> String {
    let spec = format!("user: alice, application: shop, package: pay, plan: gold, key: {{{source}}}");
    manifest("PackageKey", "name: k", &spec)
}

#[test]
fn a_tree_stays_whole_beside_a_declared_key_or_a_protected_object() {
    let story = Story::begin();
    story.key("a_person.made-1", "active");
    story.key("g_person.made-1", "active");
    let everything = story.holds();
    let allow = ["--allow", "user/alice", "--allow", "application/alice/shop"];
    let user = manifest("User", "name: alice", "email: alice@example.com, displayName: Alice");
    let key = manifest(
        "PackageKey",
        "name: k",
        "user: alice, application: shop, package: pay, plan: gold, key: {generate: {prefix: g_}}",
    );
    let application = manifest("Application", "name: shop, removed: true", "user: alice");
    let said = story.apply(&[&*user, &application, &key].concat(), &allow);
    assert_says(
        &said,
        3,
        &["KW-141", "key/k is declared, but application/alice/shop is removed", "delete the manifest of key/k"],
    );
    assert_eq!(story.holds(), everything);
    let protected = manifest("User", "name: alice, removed: true, protect: true", "");
    let said = story.apply(&protected, &allow);
    assert_says(&said, 3, &["KW-102", "user/alice is protected but would be removed"]);
    assert_eq!(story.holds(), everything);
    let twice = [manifest("User", "name: alice, removed: true", ""), user].concat();
    assert_says(&story.apply(&twice, &allow), 3, &["user/alice is declared twice"]);
    assert_eq!(story.holds(), everything);
}

#[test]
fn taking_out_a_whole_tree_of_manifests_follows_the_ownership() {
    let story = Story::begin();
    let settings = "  ownership: {applications: ofDeclaredUsers, packageKeys: ofDeclaredApplications}\n";
    let url = format!("http://{}", story.emulator.address());
    story.world.point_at_url(&url, "{callsPerSecond: 1000}", settings, "TEST_");
    let terms = [manifest("Package", "name: pay", ""), manifest("Plan", "name: gold", "package: pay")].concat();
    let terms = terms.replace("metadata: {name: pay}\n", "metadata: {name: pay}\nspec: {}\n");
    let user = manifest("User", "name: alice", "email: alice@example.com, displayName: Alice, status: active");
    let application = manifest("Application", "name: shop", "user: alice");
    let key = manifest(
        "PackageKey",
        "name: k",
        "user: alice, application: shop, package: pay, plan: gold, key: {generate: {prefix: g_}}",
    );
    let all = [&*terms, &user, &application, &key].concat();
    assert_says(&story.apply(&all, &[]), 0, &["1 change done"]);
    // The user stays, so the application and its key are owned.
    let said = story.apply(&[&*terms, &user].concat(), &["--prune"]);
    assert_says(&said, 4, &["KW-105", "--allow application/alice/shop"]);
    // The user goes too: the workspace owns no users, and the database knows what it declared.
    let said = story.apply(&terms, &["--prune"]);
    assert_says(&said, 4, &["KW-105", "--allow application/alice/shop"]);
    let said = story.apply(&terms, &["--prune", "--allow", "application/alice/shop"]);
    assert_says(&said, 0, &["2 changes done"]);
    assert_eq!(story.holds(), ["alice", "pay"]);
}

/// The page about off-boarding: one pull request, ordinary ownership, and a runner without memory.
#[test]
fn the_page_about_off_boarding_is_true() {
    let story = Story::begin();
    let settings = "  ownership: {applications: ofDeclaredUsers, packageKeys: ofDeclaredApplications}\n";
    let url = format!("http://{}", story.emulator.address());
    story.world.point_at_url(&url, "{callsPerSecond: 1000}", settings, "TEST_");
    let page = include_str!("../../docs/off-boarding.md").replace("user/ann", "user/alice").replace("/ann/", "/alice/");
    let page = page.replace("name: ann,", "name: alice,");
    story.key("a_person.made-1", "active");
    story.key("a_person.made-2", "disabled");
    let mut said = String::new();
    let mut shown = 0;
    for block in page.split("\n```").skip(1).step_by(2) {
        let (kind, text) = block.split_once('\n').unwrap();
        match kind {
            "yaml" if text.starts_with("apiVersion") => story.world.write(text),
            "sh" => {
                let arguments: Vec<&str> = text.trim().split(' ').skip(1).collect();
                said = story.world.keywright(&arguments).text;
            }
            "text" => {
                for line in text.lines() {
                    assert!(said.contains(line), "the page shows\n{line}\nbut the command says\n{said}");
                    shown += 1;
                }
            }
            _ => {}
        }
    }
    assert_eq!((shown, story.holds()), (7, vec!["pay".to_owned()]));
}
