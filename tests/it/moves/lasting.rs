//! What the workspace database has learned stays true, also if something else waited: what a manifest gave up on purpose, and
//! what another hand made under a former name.

use super::BOB;
use super::KEY;
use super::Story;
use crate::team::TEAM;

const TILL: &str = "---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: till}
spec: {user: alice}
";

const CARL: &str = "---
apiVersion: keywright.dev/v1
kind: User
metadata: {name: carl}
spec: {email: carl@example.com, displayName: Carl, status: active}
";

fn new_key() -> String {
    KEY.replace("{name: k}", "{name: n}")
}

/// Somebody makes a user whose name looks like the one of `CARL`, which therefore waits for a consent.
fn look_alike(story: &Story) {
    story.by_hand(
        "INSERT INTO users (id, username, attributes, created, updated) VALUES ('u9', 'Carl', \
         '{\"displayName\":\"C\",\"email\":\"c@example.com\",\"status\":\"active\"}', 1, 1)",
    );
}

#[test]
fn only_another_name_of_the_package_makes_no_second_key_of_an_entry() {
    let entry = TEAM.replace("spec: {user: alice}", "spec: {user: alice, packages: [{package: payments, plan: gold}]}");
    for remembers in [true, false] {
        let story = Story::of(&entry);
        if !remembers {
            story.forget();
        }
        let story = Story { manifests: story.manifests.replace("payments", "money"), ..story };
        story.asks(&["KW-146", "package/money would be created", "in package/payments"], &["package/money"]);
    }
}

#[test]
fn a_key_that_went_on_purpose_is_not_asked_about_although_something_else_waited() {
    let story = Story::of(&[TEAM, KEY].concat());
    look_alike(&story);
    let story = story.with(&[TEAM, CARL]);
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("user/carl"), "{}{}", ran.out, ran.err);
    let story = story.with(&[TEAM, &new_key().replace("chk_", "new_")]);
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (1, 2), "{}{}", ran.out, ran.err);
}

#[test]
fn a_question_about_a_key_is_asked_again_although_something_else_waited() {
    let moved = |text: &str| text.replace("checkout", "shop");
    let renamed = new_key().replace("chk_", "new_");
    let manifests = [[TEAM, &*renamed].concat(), moved(&[TEAM, KEY].concat()), moved(&[TEAM, &*renamed].concat())];
    for manifests in manifests {
        let story = Story::of(&[TEAM, KEY].concat());
        look_alike(&story);
        let story = story.with(&[&manifests, CARL]);
        let first = story.apply("").err;
        for _ in 0..2 {
            let ran = story.apply("");
            assert!(ran.exit == 4 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
            assert!(ran.err.contains("KW-146") || ran.err.contains("KW-149"), "{}", ran.err);
            assert_eq!(ran.err, first);
        }
    }
    // A user with another name, whose objects wait too.
    let story = Story::of(&[TEAM, KEY].concat());
    let manifests = story
        .manifests
        .replace("alice", "alba")
        .replace("alba@", "alice@")
        .replace("chk_", "new_")
        .replace("{name: k}", "{name: n}");
    let story = story.with(&[&manifests]);
    for _ in 0..3 {
        let ran = story.apply("");
        assert!(ran.exit == 4 && ran.err.contains("KW-147"), "{}{}", ran.out, ran.err);
        assert_eq!(story.count(), (1, 1), "{}{}", ran.out, ran.err);
    }
}

#[test]
fn the_prefix_of_a_key_that_went_on_purpose_may_be_used_in_another_application() {
    let shop = [new_key().replace("checkout", "shop"), TILL.replace("till", "shop")].concat();
    for new in [new_key().replace("checkout", "till"), shop] {
        let story = Story::of(&[TEAM, KEY, TILL].concat()).with(&[TEAM, TILL]);
        story.settles();
        let story = story.with(&[TEAM, TILL, &new]);
        let ran = story.apply("");
        assert!(ran.exit == 0 && story.count().1 == 2, "{}{}", ran.out, ran.err);
    }
}

#[test]
fn a_former_name_that_another_hand_uses_is_not_renamed() {
    let story = Story::of(&[TEAM, BOB].concat()).edited("{name: checkout}", "{name: till, previously: [checkout]}");
    for _ in 0..2 {
        let ran = story.apply("");
        assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    }
    story.by_hand("DELETE FROM applications");
    story.by_hand(
        "INSERT INTO applications (id, user, name, attributes, created, updated) SELECT 'a9', row, 'checkout', \
         '{\"ads\":false,\"commercial\":false,\"description\":\"theirs\"}', 1, 1 FROM users WHERE username = 'alice'",
    );
    let manifests = [&*story.manifests, &KEY.replace("checkout", "till")].concat();
    let story = story.with(&[&manifests]);
    for _ in 0..2 {
        let ran = story.apply("");
        assert!(ran.exit == 4 && ran.err.contains("KW-148"), "{}{}", ran.out, ran.err);
        assert!(ran.err.contains("knows another object under the new name"), "{}", ran.err);
        let sql = "SELECT name FROM applications";
        let name: String = story.database().query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!((name.as_str(), story.count()), ("checkout", (1, 0)));
    }
    let ran = story.apply("--allow application/alice/till");
    assert!(ran.exit == 0 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
    story.settles();
}

#[test]
fn a_rename_that_waits_is_not_remembered_as_done() {
    let story = Story::of(&[TEAM, BOB].concat());
    let owns = "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: w}\n\
                spec: {ownership: {applications: ofDeclaredUsers}}\n";
    std::fs::write(story.folder.path().join("keywright.yaml"), owns).unwrap();
    story.settles();
    let renamed = TEAM.replace("{name: checkout}", "{name: till, previously: [checkout]}");
    let story = story.with(&[&renamed, BOB]);
    let ran = story.apply("");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    // Another hand takes it away, and makes an application of its own under the former name.
    story.by_hand("DELETE FROM applications");
    story.by_hand(
        "INSERT INTO applications (id, user, name, attributes, created, updated) SELECT 'a9', row, 'checkout', \
         '{\"ads\":false,\"commercial\":false,\"description\":\"theirs\"}', 1, 1 FROM users WHERE username = 'alice'",
    );
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("KW-148"), "{}{}", ran.out, ran.err);
    // The manifest goes. No run has ever declared the application of the other hand.
    let team = TEAM.replace(TILL.replace("till", "checkout").as_str(), "");
    assert_ne!(team, TEAM);
    let story = story.with(&[&team, BOB]);
    let ran = story.apply("--prune");
    assert!(ran.exit == 4 && ran.err.contains("KW-110") && story.count() == (1, 0), "{}{}", ran.out, ran.err);
}

#[test]
fn a_tombstone_names_what_lives_elsewhere() {
    // The application got another owner in the console.
    let story = Story::of(&[TEAM, BOB, TILL].concat()).with(&[TEAM, BOB]);
    story.settles();
    story.by_hand("UPDATE applications SET user = (SELECT row FROM users WHERE username = 'bob') WHERE name = 'till'");
    let story = story.with(&[TEAM, BOB, &TILL.replace("{name: till}", "{name: till, removed: true}")]);
    for _ in 0..2 {
        let ran = story.apply("");
        assert!(ran.exit == 0 && ran.err.contains("KW-142"), "{}{}", ran.out, ran.err);
        assert!(!ran.err.contains("no longer in use"), "{}", ran.err);
        assert!(ran.err.contains("is in the store as application/bob/till"), "{}", ran.err);
    }
    // A key with the prefix, in another application of the same user.
    let story = Story::of(&[TEAM, KEY, TILL].concat());
    story.forget();
    let gone = KEY.replace("{name: k}", "{name: k, removed: true}").replace("checkout", "till");
    let story = story.with(&[TEAM, TILL, &gone]);
    let ran = story.apply("");
    assert!(ran.exit == 0 && !ran.err.contains("no longer in use"), "{}{}", ran.out, ran.err);
    let says = "a key with its prefix is in application/alice/checkout and package/payments";
    assert!(ran.err.contains(says), "{}{}", ran.out, ran.err);
    // The help works.
    let story = story.with(&[TEAM, TILL, &gone.replace("till", "checkout")]);
    let ran = story.apply("--allow key/k");
    assert!(ran.exit == 0 && story.count() == (2, 0), "{}{}", ran.out, ran.err);
}
