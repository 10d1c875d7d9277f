//! Nothing is made twice: what moved in the store or in the manifests is recognized, with and without memory, and a second
//! one is made only with consent. Other hands change the store by SQL.

mod again;
mod altered;
mod by_hand;
mod lasting;
mod law;
mod lost;
mod pairs;
mod places;
mod remains;
mod said;
mod two_steps;
mod wire;

use std::fs;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::console::Console;
use crate::console::Ran;
use crate::team::TEAM;

const KEY: &str = "---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: k}
spec: {user: alice, application: checkout, package: payments, plan: gold, key: {generate: {prefix: chk_}}}
";

const BOB: &str = "---
apiVersion: keywright.dev/v1
kind: User
metadata: {name: bob}
spec: {email: bob@example.com, displayName: Bob, status: active}
";

/// A workspace on an embedded store that holds all of it.
struct Story {
    folder: TempDir,
    console: Console,
    manifests: String,
}

impl Story {
    fn of(manifests: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let console = Console::new(folder.path().to_path_buf());
        let story = Self { folder, console, manifests: manifests.to_owned() };
        let ran = story.apply("");
        assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
        story
    }

    /// The same after a change of the manifests.
    fn edited(mut self, from: &str, to: &str) -> Self {
        let edited = self.manifests.replace(from, to);
        assert_ne!(edited, self.manifests, "{from}");
        self.manifests = edited;
        self
    }

    fn apply(&self, more: &str) -> Ran {
        fs::write(self.folder.path().join("m.yaml"), &self.manifests).unwrap();
        self.console.run(&format!("apply --auto-approve {more}"))
    }

    fn database(&self) -> Connection {
        Connection::open(self.folder.path().join(".keywright/keywright.db")).unwrap()
    }

    fn by_hand(&self, sql: &str) {
        assert_eq!(self.database().execute(sql, []).unwrap(), 1, "{sql}");
    }

    /// A machine that never ran: the store is the same, but nothing is remembered.
    fn forget(&self) {
        let tables = ["objects", "creates", "receipts", "applied", "writes", "runs"];
        let sql: String = tables.map(|table| format!("DELETE FROM {table};")).concat();
        self.database().execute_batch(&sql).unwrap();
    }

    /// How many applications and keys there are.
    fn count(&self) -> (u32, u32) {
        let count = |table: &str| {
            let sql = format!("SELECT count(*) FROM {table}");
            self.database().query_row(&sql, [], |row| row.get(0)).unwrap()
        };
        (count("applications"), count("package_keys"))
    }

    /// Nothing is made without consent; each of `consents` lets one more thing be made.
    fn asks(&self, says: &[&str], consents: &[&str]) {
        let before = self.count();
        for _ in 0..2 {
            let ran = self.apply("");
            assert_eq!(ran.exit, 4, "{}{}", ran.out, ran.err);
            for words in says {
                assert!(ran.err.contains(words), "{words}\n{}{}", ran.out, ran.err);
            }
            assert_eq!(self.count(), before, "{}{}", ran.out, ran.err);
        }
        let options: String = consents.iter().map(|address| format!(" --allow {address}")).collect();
        let ran = self.apply(&options);
        assert_eq!(ran.exit, 0, "{options}\n{}{}", ran.out, ran.err);
        let ran = self.apply("");
        assert!(ran.exit == 0 && ran.out.contains("Nothing to do"), "{}{}", ran.out, ran.err);
    }
}

fn with_and_without_memory(check: impl Fn(&Story, bool)) {
    for remembers in [true, false] {
        let story = Story::of(&[TEAM, KEY, BOB].concat());
        if !remembers {
            story.forget();
        }
        check(&story, remembers);
    }
}

#[test]
fn an_application_that_got_another_owner_in_the_console_is_not_made_again() {
    with_and_without_memory(|story, remembers| {
        story.by_hand("UPDATE applications SET \"user\" = (SELECT row FROM users WHERE username = 'bob')");
        let says = if remembers {
            [
                "KW-145",
                "application/alice/checkout would be created, but it is in the store as application/bob/checkout",
            ]
        } else {
            ["KW-146", "its key/k is in application/bob/checkout, which no manifest declares"]
        };
        story.asks(&says, &["application/alice/checkout"]);
    });
}

#[test]
fn another_owner_in_the_manifests_makes_no_second_application_and_no_second_key() {
    for remembers in [true, false] {
        let story = Story::of(&[TEAM, KEY, BOB].concat());
        if !remembers {
            story.forget();
        }
        let story =
            story.edited("spec: {user: alice}", "spec: {user: bob}").edited("user: alice, app", "user: bob, app");
        story.asks(
            &[
                "KW-146",
                "an application cannot change its owner",
                "KW-145",
                "key/k would be created, but it is in application/alice/checkout",
            ],
            &["application/bob/checkout"],
        );
    }
}

#[test]
fn a_new_name_without_previously_makes_nothing_twice() {
    for remembers in [true, false] {
        let story = Story::of(&[TEAM, KEY, BOB].concat());
        if !remembers {
            story.forget();
        }
        let story = story.edited("name: checkout", "name: shop").edited("application: checkout", "application: shop");
        let before = story.count();
        let ran = story.apply("");
        assert!(ran.exit == 4 && ran.err.contains("KW-146"), "{}{}", ran.out, ran.err);
        assert!(ran.err.contains("if it was renamed, write `previously: [checkout]`"), "{}", ran.err);
        assert_eq!(story.count(), before);
        // The help works.
        let story = story.edited("name: shop}", "name: shop, previously: [checkout]}");
        let ran = story.apply("");
        assert!(ran.exit == 0 && story.count() == before, "{}{}", ran.out, ran.err);
    }
}

#[test]
fn a_package_or_a_key_document_with_a_new_name_makes_no_second_key() {
    for remembers in [true, false] {
        let story = Story::of(&[TEAM, KEY].concat());
        if !remembers {
            story.forget();
        }
        let story = story.edited("name: payments", "name: money").edited("package: payments", "package: money");
        let ran = story.apply("");
        assert!(
            ran.exit == 4 && ran.err.contains("KW-146") && ran.err.contains("previously: [payments]"),
            "{}",
            ran.err
        );
        assert_eq!(story.count(), (1, 1));
    }
    // A key without a prefix is found by its name; only memory knows the name that it had.
    let story = Story::of(&[TEAM, &KEY.replace("{prefix: chk_}", "{}")].concat());
    let story = story.edited("{name: k}", "{name: production}");
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("previously: [k]"), "{}{}", ran.out, ran.err);
    assert_eq!(story.count(), (1, 1));
    let story = story.edited("{name: production}", "{name: production, previously: [k]}");
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
}

#[test]
fn a_generated_key_that_moves_to_another_application_is_not_made_twice() {
    let more = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till}\nspec: {user: alice}\n";
    for remembers in [true, false] {
        let story = Story::of(&[TEAM, KEY, more].concat());
        if !remembers {
            story.forget();
        }
        let story = story.edited("application: checkout", "application: till");
        story.asks(&["KW-145", "key/k would be created, but it is in application/alice/checkout"], &["key/k"]);
    }
}

#[test]
fn a_user_who_was_made_again_under_another_name_is_not_made_twice() {
    with_and_without_memory(|story, _| {
        story.by_hand("UPDATE users SET username = 'alice.lee' WHERE username = 'alice'");
        let ran = story.apply("");
        assert!(ran.exit == 4 && ran.err.contains("user/alice.lee"), "{}{}", ran.out, ran.err);
        assert_eq!(story.count(), (1, 1));
    });
    let lee = BOB.replace("name: bob", "name: b.lee");
    let story = Story::of(&[TEAM, KEY, BOB].concat()).edited(BOB, &lee);
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("KW-147") && ran.err.contains("user/bob"), "{}{}", ran.out, ran.err);
    let ran = story.apply("--allow user/b.lee");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn what_other_people_made_elsewhere_is_no_evidence() {
    // Another team has an application and keys of the same names and the same prefix.
    let story = Story::of(&[TEAM, KEY].concat());
    story.forget();
    let other = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: site}\nspec: {user: bob}\n---\n\
                 apiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {name: s}\n\
                 spec: {user: bob, application: site, package: payments, plan: gold, key: {generate: {prefix: chk_}}}\n";
    fs::write(story.folder.path().join("other.yaml"), [BOB, other].concat()).unwrap();
    let ran = story.apply("");
    assert_eq!((ran.exit, story.count()), (0, (2, 2)), "{}{}", ran.out, ran.err);
}

const SHOPS: &str = "apiVersion: keywright.dev/v1
kind: User
metadata: {name: ann}
spec: {email: ann@example.com, displayName: Ann, status: active}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: one}
spec: {user: ann, description: first}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: two}
spec: {user: ann, description: second}
";

impl Story {
    /// The names of the applications, by what they are.
    fn names(&self) -> Vec<(String, String)> {
        let database = self.database();
        let sql = "SELECT json_extract(attributes, '$.description'), name FROM applications ORDER BY row";
        let mut rows = database.prepare(sql).unwrap();
        rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }

    fn is_named(&self, names: [(&str, &str); 2]) {
        assert_eq!(self.names(), names.map(|(what, name)| (what.to_owned(), name.to_owned())));
    }
}

#[test]
fn names_move_along_a_chain_in_a_safe_order() {
    let story = Story::of(SHOPS)
        .edited("{name: two}", "{name: three, previously: [two]}")
        .edited("{name: one}", "{name: two, previously: [one]}");
    let ran = story.apply("");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    story.is_named([("first", "two"), ("second", "three")]);
    // The manifests stay as they are, and nothing happens again.
    let ran = story.apply("");
    assert!(ran.exit == 0 && ran.out.contains("Nothing to do"), "{}{}", ran.out, ran.err);
    story.is_named([("first", "two"), ("second", "three")]);
}

#[test]
fn a_new_object_takes_the_name_that_another_one_leaves() {
    let new = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: one}\nspec: {user: ann, description: new}\n";
    let story = Story::of(SHOPS).edited("{name: one}", "{name: first, previously: [one]}");
    let story = Story { manifests: [&*story.manifests, new].concat(), ..story };
    let ran = story.apply("");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    let names: Vec<String> = story.names().into_iter().map(|(what, name)| format!("{what} {name}")).collect();
    assert_eq!(names, ["first first", "second two", "new one"]);
    // Somebody deletes the renamed one. The new one is not taken for it.
    story.by_hand("DELETE FROM applications WHERE name = 'first'");
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("KW-148"), "{}{}", ran.out, ran.err);
    story.forget();
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("KW-148"), "{}{}", ran.out, ran.err);
    let names: Vec<String> = story.names().into_iter().map(|(what, name)| format!("{what} {name}")).collect();
    assert_eq!(names, ["second two", "new one"]);
}

#[test]
fn an_exchange_of_names_takes_the_two_steps_of_the_message() {
    let story = Story::of(SHOPS);
    let before = story.manifests.clone();
    let exchanged = |first: &str, second: &str| before.replace("{name: one}", first).replace("{name: two}", second);
    let story =
        Story { manifests: exchanged("{name: two, previously: [one]}", "{name: one, previously: [two]}"), ..story };
    let ran = story.apply("");
    assert!(ran.exit == 3 && ran.err.contains("KW-016"), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("give this object a new name in one apply"), "{}", ran.err);
    let story =
        Story { manifests: exchanged("{name: other, previously: [one]}", "{name: one, previously: [two]}"), ..story };
    let ran = story.apply("");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    let story = Story { manifests: exchanged("{name: two, previously: [other]}", "{name: one}"), ..story };
    let ran = story.apply("");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    story.is_named([("first", "two"), ("second", "one")]);
}

#[test]
fn a_reference_to_an_old_name_is_told_the_new_one() {
    let story = Story::of(&[TEAM, KEY].concat()).edited("{name: checkout}", "{name: shop, previously: [checkout]}");
    let ran = story.apply("");
    assert_eq!(ran.exit, 3, "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("key/k needs application/alice/checkout, which is renamed to application/alice/shop"),
        "{}",
        ran.err
    );
    let ran = story.console.run("validate");
    assert!(ran.out.contains("which is renamed to application/alice/shop"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_pruning_run_is_as_careful() {
    let story = Story::of(&[TEAM, KEY, BOB].concat());
    let settings = "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  ownership: {applications: ofDeclaredUsers, packageKeys: ofDeclaredApplications}\n";
    fs::write(story.folder.path().join("keywright.yaml"), settings).unwrap();
    let story = story.edited("spec: {user: alice}", "spec: {user: bob}").edited("user: alice, app", "user: bob, app");
    let ran = story.apply("--prune");
    assert!(ran.exit == 4 && ran.err.contains("KW-146") && ran.err.contains("KW-145"), "{}{}", ran.out, ran.err);
    assert_eq!(story.count(), (1, 1));
}

#[test]
fn a_tombstone_that_waits_makes_room_for_nothing() {
    let story = Story::of(&[TEAM, KEY, BOB].concat());
    let gone = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: checkout, removed: true}\nspec: {user: alice}\n";
    let story = story.edited("spec: {user: alice}", "spec: {user: bob}").edited("user: alice, app", "user: bob, app");
    let story = Story { manifests: [&*story.manifests, gone].concat(), ..story };
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("KW-140") && ran.err.contains("KW-146"), "{}{}", ran.out, ran.err);
    assert_eq!(story.count(), (1, 1));
    let ran = story.apply("--allow application/alice/checkout");
    assert_eq!((ran.exit, story.count()), (0, (1, 1)), "{}{}", ran.out, ran.err);
}

#[test]
fn a_key_of_an_application_that_gets_another_name_or_owner_is_not_made_twice() {
    let team = TEAM.replace("spec: {user: alice}", "spec: {user: alice, packages: [{package: payments, plan: gold}]}");
    for remembers in [true, false] {
        for (from, to) in [("{name: checkout}", "{name: shop}"), ("spec: {user: alice,", "spec: {user: bob,")] {
            let story = Story::of(&[&team, BOB].concat());
            if !remembers {
                story.forget();
            }
            let story = story.edited(from, to);
            let ran = story.apply("");
            assert!(ran.exit == 4 && ran.err.contains("KW-146"), "{remembers} {to}: {}{}", ran.out, ran.err);
            assert_eq!(story.count(), (1, 1), "{remembers} {to}");
        }
    }
}

#[test]
fn one_consent_lifts_a_move_of_a_whole_tree() {
    let shop = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till}\nspec: {user: alice}\n";
    let other = KEY.replace("{name: k}", "{name: other}").replace("chk_", "oth_");
    let story = Story::of(&[TEAM, KEY, &other, BOB, shop].concat());
    let story = story.edited("spec: {user: alice}", "spec: {user: bob}").edited("user: alice, app", "user: bob, app");
    let ran = story.apply("");
    let says = "or allow a second one, also of key/k, key/other with --allow application/bob/checkout";
    assert!(ran.exit == 4 && ran.err.contains(says), "{}{}", ran.out, ran.err);
    let offers = ran.err.lines().filter(|line| line.contains("--allow key/")).count();
    assert_eq!(offers, 0, "{}", ran.err);
    let before = story.count();
    // The consent for a part of the tree lifts nothing above it.
    let ran = story.apply("--allow key/k");
    assert!(ran.exit == 4 && story.count() == before, "{}{}", ran.out, ran.err);
}

#[test]
fn a_username_that_differs_in_case_only_is_one_question() {
    let story = Story::of(&[TEAM, BOB].concat());
    story.forget();
    let story = story.edited("{name: bob}", "{name: Bob}");
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("KW-131") && !ran.err.contains("KW-147"), "{}{}", ran.out, ran.err);
}

#[test]
fn an_application_a_key_and_a_prefix_with_new_names_make_no_second_key() {
    let renamed = || {
        let story = Story::of(&[TEAM, KEY].concat());
        story
            .edited("{name: checkout}", "{name: shop}")
            .edited("application: checkout", "application: shop")
            .edited("{name: k}", "{name: s}")
            .edited("chk_", "shp_")
    };
    renamed().asks(
        &["KW-149", "application/alice/shop would be created for key/s, but key/k of application/alice/checkout has no manifest"],
        &["application/alice/shop"],
    );
    // The help works.
    let story = renamed()
        .edited("{name: shop}", "{name: shop, previously: [checkout]}")
        .edited("{name: s}", "{name: s, previously: [k]}")
        .edited("shp_", "chk_");
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
    // In the same application.
    let story = Story::of(&[TEAM, KEY].concat()).edited("{name: k}", "{name: s}").edited("chk_", "shp_");
    story.asks(&["KW-149", "key/s would be created, but key/k of application/alice/checkout"], &["key/s"]);
    // A key that was deleted by hand is not the one beside it, whose manifest goes now.
    let beside = KEY.replace("{name: k}", "{name: s}").replace("chk_", "shp_").replace("secrets/", "secrets/s-");
    let story = Story::of(&[TEAM, KEY, &beside].concat());
    story.by_hand("DELETE FROM package_keys WHERE value LIKE 'shp_%'");
    let story = Story { manifests: [TEAM, &beside].concat(), ..story };
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (1, 2), "{}{}", ran.out, ran.err);
    // A disabled key has no callers, and a removed one goes.
    let story = Story::of(&[TEAM, KEY].concat()).edited("{name: k}", "{name: s}").edited("chk_", "shp_");
    story.by_hand("UPDATE package_keys SET attributes = json_set(attributes, '$.\"settings.status\"', 'disabled')");
    let ran = story.apply("");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    let gone = KEY.replace("{name: k}", "{name: k, removed: true}");
    let story = Story::of(&[TEAM, KEY].concat()).edited("{name: k}", "{name: s}").edited("chk_", "shp_");
    let story = Story { manifests: [&*story.manifests, &gone].concat(), ..story };
    let ran = story.apply("--allow key/k");
    assert!(ran.exit == 0 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
}

#[test]
fn an_object_whose_name_no_manifest_can_have_is_renamed_as_the_message_says() {
    let story = Story::of(&[TEAM, KEY].concat());
    story.by_hand("UPDATE applications SET name = 'checkout' || char(8203)");
    story.forget();
    let ran = story.apply("");
    let previously = r#"previously: ["checkout\u200b"]"#;
    assert!(ran.exit == 4 && ran.err.contains("KW-131") && ran.err.contains(previously), "{}{}", ran.out, ran.err);
    let story = story.edited("{name: checkout}", &format!("{{name: checkout, {previously}}}"));
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
    let story = Story::of(BOB);
    story.by_hand("UPDATE users SET username = 'bob' || char(8203)");
    story.forget();
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("it cannot change: leave out this manifest"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_removal_names_the_files_that_keep_a_dead_value() {
    let delivered = KEY.replace("key: {generate", "deliver: [{file: secrets/k.env, as: K}], key: {generate");
    for remembers in [true, false] {
        let story = Story::of(&[TEAM, &delivered].concat()).edited("{name: k}", "{name: k, removed: true}");
        if !remembers {
            story.forget();
        }
        let ran = story.apply("--allow key/k");
        assert!(ran.exit == 0 && ran.err.contains("KW-150"), "{}{}", ran.out, ran.err);
        assert!(ran.err.contains("K in secrets/k.env keeps a value that no longer works"), "{}", ran.err);
    }
    // The manifests of the tree are gone; the database knows the place.
    let gone = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: checkout, removed: true}\nspec: {user: alice}\n";
    let story = Story::of(&[TEAM, &delivered].concat()).edited(&delivered, "");
    let application =
        story.manifests.split("---\n").find(|text| text.contains("kind: Application")).unwrap().to_owned();
    let story = story.edited(&application, gone.trim_start_matches("---\n"));
    let ran = story.apply("--allow application/alice/checkout");
    assert!(ran.exit == 0 && ran.err.contains("K in secrets/k.env keeps"), "{}{}", ran.out, ran.err);
}
