//! What moved to a place that has nothing in common with the old one but the package, or not even that: the database still
//! knows that the old key had a manifest until now. And documents whose old prefix shows nothing, on a machine without memory.

use super::BOB;
use super::KEY;
use super::Story;
use crate::team::TEAM;

/// An application of bob that lives on, and one of alice.
const OTHERS: &str = "---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: site}
spec: {user: bob}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: till}
spec: {user: alice}
";

pub(super) const MONEY: &str = "---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: money}
spec: {}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: money}
";

const ENTRY: &str = ", packages: [{package: payments, plan: gold}]}";

impl Story {
    fn packages(&self) -> u32 {
        self.database().query_row("SELECT count(*) FROM packages", [], |row| row.get(0)).unwrap()
    }
}

fn with_entry(text: &str, app: &str, user: &str) -> String {
    let from = format!("metadata: {{name: {app}}}\nspec: {{user: {user}}}");
    let text_with = text.replace(&from, &from.replace(&format!("user: {user}}}"), &format!("user: {user}{ENTRY}")));
    assert_ne!(text_with, text);
    text_with
}

/// A key document without a prefix.
fn document() -> String {
    KEY.replace("{prefix: chk_}", "{}")
}

/// The same with another name in the application of bob.
fn moved_document() -> String {
    document()
        .replace("{name: k}", "{name: n}")
        .replace("user: alice, application: checkout", "user: bob, application: site")
}

#[test]
fn an_entry_that_moves_to_an_application_of_another_user_is_one_key() {
    let story = Story::of(&[&*with_entry(TEAM, "checkout", "alice"), BOB, OTHERS].concat());
    let story = story.with(&[TEAM, BOB, &with_entry(OTHERS, "site", "bob")]);
    let says = [
        "KW-149",
        "key/bob/site/payments would be created, but key/alice/checkout/payments of application/alice/checkout and \
         package/payments has no manifest any more and is in use",
    ];
    story.asks(&says, &["key/bob/site/payments"]);
    assert_eq!(story.count(), (3, 2));
}

#[test]
fn an_entry_with_another_owner_another_application_and_another_package_is_one_key() {
    let before = with_entry(TEAM, "checkout", "alice");
    let story = Story::of(&[&*before, BOB].concat());
    let after = before
        .replace("{name: checkout}", "{name: shop}")
        .replace("{user: alice, p", "{user: bob, p")
        .replace("payments", "money");
    let story = story.with(&[&after, BOB]);
    let says = ["KW-149", "application/bob/shop would be created", "key/alice/checkout/payments", "package/money"];
    let before = story.count();
    // Nothing of the new tree is made before the answer, so that `previously` still works.
    let ran = story.apply("");
    assert!(ran.exit == 4 && story.count() == before && story.packages() == 1, "{}{}", ran.out, ran.err);
    story.asks(&says, &["application/bob/shop"]);
    assert_eq!(story.count(), (2, 2));
}

#[test]
fn a_document_with_another_name_in_another_application_is_one_key() {
    let story = Story::of(&[TEAM, &document(), BOB, OTHERS].concat());
    let story = story.with(&[TEAM, &moved_document(), BOB, OTHERS]);
    story.asks(&["KW-149", "key/n would be created, but key/k of application/alice/checkout"], &["key/n"]);
    // With a prefix that nobody changed, in another package too.
    let story = Story::of(&[TEAM, MONEY, KEY, BOB, OTHERS].concat());
    let moved = moved_document().replace("generate: {}", "generate: {prefix: chk_}").replace("payments", "money");
    let story = story.with(&[TEAM, MONEY, &moved, BOB, OTHERS]);
    story.asks(&["KW-149", "key/n would be created, but key/k of application/alice/checkout"], &["key/n"]);
}

#[test]
fn a_document_that_becomes_an_entry_of_another_application_is_one_key_and_the_opposite() {
    let (till, site) = (with_entry(OTHERS, "till", "alice"), with_entry(OTHERS, "site", "bob"));
    for key in [KEY.to_owned(), document()] {
        for (others, entry) in [(&till, "key/alice/till/payments"), (&site, "key/bob/site/payments")] {
            let story = Story::of(&[TEAM, &key, BOB, OTHERS].concat()).with(&[TEAM, BOB, others]);
            story.asks(&["KW-149", &format!("{entry} would be created, but key/k of")], &[entry]);
            let story = Story::of(&[TEAM, BOB, others].concat()).with(&[TEAM, &key, BOB, OTHERS]);
            story.asks(&["KW-149", &format!("key/k would be created, but {entry} of")], &["key/k"]);
        }
    }
}

/// A key that is new is no question.
#[test]
fn a_new_key_beside_others_is_no_question() {
    let entry = with_entry(TEAM, "checkout", "alice");
    let site = with_entry(OTHERS, "site", "bob");
    let makes = |story: Story, manifests: &[&str], keys: u32| {
        let story = story.with(manifests);
        let ran = story.apply("");
        assert!(ran.exit == 0 && story.count().1 == keys, "{}{}", ran.out, ran.err);
        story
    };
    // The other one is still declared.
    let before = || Story::of(&[&*entry, BOB, OTHERS].concat());
    drop(makes(before(), &[&entry, BOB, &site], 2));
    // It lost its manifest earlier.
    let story = before().with(&[TEAM, BOB, OTHERS]);
    story.settles();
    drop(makes(story, &[TEAM, BOB, &site], 2));
    // It was disabled.
    let story = before();
    story.by_hand("UPDATE package_keys SET attributes = json_set(attributes, '$.\"settings.status\"', 'disabled')");
    drop(makes(story, &[TEAM, BOB, &site], 2));
    // It is of another package, and nothing else is new.
    let story = Story::of(&[&*entry, MONEY, BOB, OTHERS].concat());
    drop(makes(story, &[TEAM, MONEY, BOB, &site.replace("payments", "money")], 2));
    // A person says that it goes.
    let story = Story::of(&[TEAM, KEY, BOB, OTHERS].concat());
    let gone = KEY.replace("{name: k}", "{name: k, removed: true}");
    let story = story.with(&[TEAM, &gone, BOB, &site]);
    let ran = story.apply("");
    assert!(ran.exit == 4 && story.count().1 == 1, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("KW-140") && ran.err.contains("waits to be removed"), "{}", ran.err);
    let ran = story.apply("--allow key/k");
    assert!(ran.exit == 0 && story.count().1 == 1, "{}{}", ran.out, ran.err);
}

#[test]
fn another_prefix_is_asked_about_without_memory_also_if_the_old_one_shows_nothing() {
    let with = |generate: &str| KEY.replace("{prefix: chk_}", generate);
    for before in ["{prefix: chk}", "{by: store}"] {
        let story = Story::of(&[TEAM, &with(before)].concat());
        story.forget();
        let story = story.with(&[TEAM, &with("{prefix: pay}")]);
        story.asks(&["KW-145", "key/k would be created beside"], &["key/k"]);
        assert_eq!(story.count(), (1, 2), "{before}");
    }
    // Two keys without manifests show nothing, and neither does one that the settings of the package do not make.
    let story =
        Story::of(&[TEAM, &with("{prefix: chk}"), &with("{prefix: oth}").replace("{name: k}", "{name: o}")].concat());
    story.forget();
    let story = story.with(&[TEAM, &with("{prefix: pay}")]);
    assert_eq!(story.apply("").exit, 0);
    let story = Story::of(&[TEAM, &with("{prefix: chk}")].concat());
    story.by_hand("UPDATE package_keys SET value = 'portal7made9key2of3another4length5'");
    story.forget();
    let story = story.with(&[TEAM, &with("{prefix: pay}")]);
    assert_eq!(story.apply("").exit, 0);
    // An entry is none, and with memory a key that no manifest had is a person's.
    let insert = "UPDATE package_keys SET value = 'portal7made9key2without4'";
    let story = Story::of(&[TEAM, &with("{prefix: chk}")].concat());
    story.by_hand(insert);
    assert_eq!(story.database().execute("DELETE FROM objects WHERE kind = 'PackageKey'", []).unwrap(), 1);
    let story = story.with(&[TEAM, &with("{prefix: pay}")]);
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count().1 == 2, "{}{}", ran.out, ran.err);
}

/// A removal that waits for consent is no consent to a second key.
#[test]
fn a_new_key_waits_with_the_removal_of_the_old_one() {
    let removed = KEY.replace("{name: k}", "{name: k, removed: true}");
    let story = Story::of(&[TEAM, KEY, BOB, OTHERS].concat()).with(&[TEAM, &removed, &moved_document(), BOB, OTHERS]);
    let before = story.count();
    let ran = story.apply("");
    assert!(ran.exit == 4 && story.count() == before, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("key/n would be created, but key/k of application/alice/checkout"), "{}", ran.err);
    let ran = story.apply("--allow key/k");
    assert!(ran.exit == 0 && story.count() == before, "{}{}", ran.out, ran.err);
}
