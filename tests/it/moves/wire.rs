//! Renames against the emulator: chains, exchanges, and names that another object takes in the same commit. Other clients
//! read the store over the wire: every object keeps its id, and every key its value.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::cloud::area::Said;
use crate::cloud::area::World;
use crate::emulator::caller::Emulator;

const KINDS: [Kind; 3] = [Kind::Application, Kind::Package, Kind::Plan];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Application,
    Package,
    Plan,
}

/// What an object is, its name, and its old name if the manifest says one.
type Object<'a> = (&'a str, &'a str, Option<&'a str>);

struct Story {
    kind: Kind,
    emulator: Emulator,
    world: World,
}

fn manifest(kind: &str, metadata: &str, spec: &str) -> String {
    format!("---\napiVersion: keywright.dev/v1\nkind: {kind}\nmetadata: {{{metadata}}}\nspec: {{{spec}}}\n")
}

/// The objects, each with a generated key, and what they need.
fn manifests(kind: Kind, objects: &[Object<'_>]) -> String {
    let user = manifest("User", "name: ann", "email: ann@example.com, displayName: Ann, status: active");
    let shop = manifest("Application", "name: shop", "user: ann");
    let pay = manifest("Package", "name: pay", "");
    let gold = |package: &str| manifest("Plan", "name: gold", &format!("package: {package}"));
    let mut text = match kind {
        Kind::Application => [user, pay, gold("pay")].concat(),
        Kind::Package => [user, shop].concat(),
        Kind::Plan => [user, shop, pay].concat(),
    };
    for (what, name, former) in objects {
        let former = former.map_or_else(String::new, |former| format!(", previously: [{former}]"));
        let metadata = format!("name: {name}{former}");
        let (own, key) = match kind {
            Kind::Application => {
                let own = manifest("Application", &metadata, &format!("user: ann, description: {what}"));
                (own, format!("application: {name}, package: pay, plan: gold"))
            }
            Kind::Package => {
                let own = manifest("Package", &metadata, &format!("description: {what}"));
                (own + &gold(name), format!("application: shop, package: {name}, plan: gold"))
            }
            Kind::Plan => {
                let own = manifest("Plan", &metadata, &format!("package: pay, description: {what}"));
                (own, format!("application: shop, package: pay, plan: {name}"))
            }
        };
        let key = format!("user: ann, {key}, key: {{generate: {{prefix: {what}_}}}}");
        text += &(own + &manifest("PackageKey", &format!("name: key-{what}"), &key));
    }
    text
}

impl Story {
    fn of(kind: Kind, objects: &[Object<'_>]) -> Self {
        let emulator = Emulator::start(&[]);
        let world = World::new("");
        let url = format!("http://{}", emulator.address());
        world.point_at_url(&url, "{callsPerSecond: 1000}", "", "TEST_");
        let story = Self { kind, emulator, world };
        assert_says(&story.apply(objects, &[]), 0, &[]);
        story
    }

    fn apply(&self, objects: &[Object<'_>], more: &[&str]) -> Said {
        self.world.write(&manifests(self.kind, objects));
        self.world.keywright(&[&["apply", "--auto-approve"], more].concat())
    }

    /// The rows of a list.
    fn rows(&self, path: &str, fields: &str) -> Vec<Json> {
        self.emulator.get(&format!("{path}?fields={fields}")).ok().as_array().unwrap().clone()
    }

    /// The ids and the names of the objects, by what they are.
    fn objects(&self) -> BTreeMap<String, (String, String)> {
        let rows = match self.kind {
            Kind::Application => self.rows("/applications", "id,name,description"),
            Kind::Package => self.rows("/packages", "id,name,description"),
            Kind::Plan => {
                let package = self.rows("/packages", "id")[0]["id"].as_str().unwrap().to_owned();
                self.rows(&format!("/packages/{package}/plans"), "id,name,description")
            }
        };
        let text = |row: &Json, field: &str| row[field].as_str().unwrap_or_default().to_owned();
        rows.iter().map(|row| (text(row, "description"), (text(row, "id"), text(row, "name")))).collect()
    }

    fn keys(&self) -> BTreeSet<String> {
        self.rows("/packageKeys", "apikey").iter().map(|row| row["apikey"].as_str().unwrap().to_owned()).collect()
    }

    /// The objects have these names now, and are the same as before.
    #[track_caller]
    fn are_named(&self, before: &BTreeMap<String, (String, String)>, names: &[(&str, &str)]) {
        let now = self.objects();
        for (what, name) in names {
            assert_eq!(now[*what].1, *name, "{:?}: {what}", self.kind);
            assert!(before.get(*what).is_none_or(|before| before.0 == now[*what].0), "{:?}: {what}", self.kind);
        }
        assert_eq!(now.len(), names.len(), "{:?}: {now:?}", self.kind);
    }

    /// Nothing is left to do, also on a machine that never ran.
    #[track_caller]
    fn is_settled(&self, objects: &[Object<'_>], says: &[&str]) {
        let keys = self.keys();
        for _ in 0..2 {
            let said = self.apply(objects, &[]);
            assert_says(&said, 0, &[&["Nothing to do"], says].concat());
            assert!(!said.text.contains("KW-148"), "{}", said.text);
            std::fs::remove_dir_all(self.world.workspace().join(".keywright")).unwrap();
        }
        assert_eq!(self.keys(), keys, "{:?}", self.kind);
    }
}

#[track_caller]
fn assert_says(said: &Said, exit: i32, words: &[&str]) {
    assert_eq!(said.exit, exit, "{}", said.text);
    for word in words {
        assert!(said.text.contains(word), "{word}\n{}", said.text);
    }
}

const BOTH: [Object<'_>; 2] = [("a", "one", None), ("b", "two", None)];

#[test]
fn names_move_along_a_chain() {
    for kind in KINDS {
        let story = Story::of(kind, &BOTH);
        let (before, keys) = (story.objects(), story.keys());
        let moved = [("a", "two", Some("one")), ("b", "three", Some("two"))];
        assert_says(&story.apply(&moved, &[]), 0, &["2 changes done"]);
        story.are_named(&before, &[("a", "two"), ("b", "three")]);
        assert_eq!(story.keys(), keys);
        story.is_settled(&moved, &["KW-136"]);
    }
}

#[test]
fn a_new_object_takes_the_name_that_another_one_leaves() {
    for kind in KINDS {
        let story = Story::of(kind, &[("a", "one", None)]);
        let before = story.objects();
        let moved = [("a", "first", Some("one")), ("n", "one", None)];
        let said = story.apply(&moved, &[]);
        assert_says(&said, 0, &[]);
        // The store shows what run 1 created, under its new name.
        assert!(!said.text.contains("Waiting") && !said.text.contains("no longer in the store"), "{}", said.text);
        story.are_named(&before, &[("a", "first"), ("n", "one")]);
        assert_eq!(story.keys().len(), 2);
        story.is_settled(&moved, &["KW-136"]);
    }
}

#[test]
fn an_exchange_of_names_takes_the_two_steps_of_the_message() {
    for kind in KINDS {
        let story = Story::of(kind, &BOTH);
        let (before, keys) = (story.objects(), story.keys());
        let said = story.apply(&[("a", "two", Some("one")), ("b", "one", Some("two"))], &[]);
        let says = "give this object a new name in one apply, and the wanted one, with that new name under `previously`, in the next";
        assert_says(&said, 3, &["KW-016", says]);
        story.are_named(&before, &[("a", "one"), ("b", "two")]);
        let first = [("a", "other", Some("one")), ("b", "one", Some("two"))];
        assert_says(&story.apply(&first, &[]), 0, &["2 changes done"]);
        story.are_named(&before, &[("a", "other"), ("b", "one")]);
        // What `b` was called is still written there.
        let second = [("a", "two", Some("other")), ("b", "one", Some("two"))];
        assert_says(&story.apply(&second, &[]), 0, &["1 change done"]);
        story.are_named(&before, &[("a", "two"), ("b", "one")]);
        assert_eq!(story.keys(), keys);
        story.is_settled(&second, &["KW-136"]);
        let said = story.apply(&second, &[]);
        let line = said.text.lines().find(|line| line.contains("KW-136")).unwrap();
        assert!(line.contains("one") && line.contains("two"), "both are named: {}", said.text);
        // The entries are taken out, as it says.
        story.is_settled(&[("a", "two", None), ("b", "one", None)], &[]);
        story.are_named(&before, &[("a", "two"), ("b", "one")]);
    }
}

/// Without `previously`, an exchange of the names is one of everything else, which no key survives.
#[test]
fn an_exchange_that_says_nothing_makes_no_key() {
    let story = Story::of(Kind::Application, &BOTH);
    let keys = story.keys();
    let exchanged = [("a", "two", None), ("b", "one", None)];
    assert_says(&story.apply(&exchanged, &[]), 4, &["KW-145", "--allow key/key-a", "--allow key/key-b"]);
    assert_eq!(story.keys(), keys);
    std::fs::remove_dir_all(story.world.workspace().join(".keywright")).unwrap();
    assert_says(&story.apply(&exchanged, &[]), 4, &["KW-145", "--allow key/key-a", "--allow key/key-b"]);
    assert_eq!(story.keys(), keys);
}

/// An application with another name and another owner: the store cannot do that, and the help says so.
#[test]
fn another_name_and_another_owner_are_one_question() {
    let story = Story::of(Kind::Application, &[("a", "one", None)]);
    let (before, keys) = (story.objects(), story.keys());
    let bob = manifest("User", "name: bob", "email: bob@example.com, displayName: Bob, status: active");
    let moved = manifests(Kind::Application, &[("a", "uno", Some("one"))]);
    let moved = bob + &moved.replace("user: ann, description", "user: bob, description");
    let moved = moved.replace("user: ann, application", "user: bob, application");
    story.world.write(&moved);
    let said = story.world.apply();
    assert_says(&said, 4, &["KW-146", "an application cannot change its owner", "--allow application/bob/uno"]);
    story.are_named(&before, &[("a", "one")]);
    assert_eq!(story.keys(), keys);
    let said = story.world.keywright(&["apply", "--auto-approve", "--allow", "application/bob/uno"]);
    assert_says(&said, 0, &["2 changes done"]);
    assert_eq!(story.keys().len(), 2);
    story.world.assert_settled("the new one exists");
}

/// Usernames cannot change, so neither a chain nor an exchange of them can be carried out; `validate` says so.
#[test]
fn users_keep_their_names() {
    let story = Story::of(Kind::Application, &[("a", "one", None)]);
    let (before, keys) = (story.rows("/members", "id,username,email"), story.keys());
    let bob = manifest("User", "name: bob", "email: bob@example.com, displayName: Bob, status: active");
    let declared = manifests(Kind::Application, &[("a", "one", None)]);
    let renamed = declared.replace("metadata: {name: ann}", "metadata: {name: eve, previously: [ann]}");
    let renamed = renamed.replace("user: ann", "user: eve");
    story.world.write(&[&renamed, &*bob].concat());
    let says = "user/eve cannot have old names: usernames cannot change";
    assert_says(&story.world.keywright(&["validate"]), 3, &["CAM-071", says]);
    assert_says(&story.world.apply(), 3, &["CAM-071"]);
    // Another user takes the name, and the person gets another one.
    let taken = declared.replace("metadata: {name: ann}", "metadata: {name: eve}").replace("user: ann", "user: eve");
    let taken = [&*taken, &*bob.replace("name: bob", "name: ann")].concat();
    story.world.write(&taken);
    let said = story.world.apply();
    assert_ne!(said.exit, 0, "{}", said.text);
    assert_eq!((story.rows("/members", "id,username,email"), story.keys()), (before, keys), "{}", said.text);
}
