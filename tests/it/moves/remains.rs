//! What is told apart from what lives on under another name or below another owner: no tombstone is done, no rename is
//! silent, and the help of every message works.

use std::fs;

use super::BOB;
use super::KEY;
use super::Story;
use crate::team::TEAM;

/// What a commit says that removes alice as the documentation says: the manifests below are gone.
fn without_alice() -> String {
    let team = TEAM.replace("{name: alice}", "{name: alice, removed: true}");
    let (above, below) = team.split_once("---\napiVersion: keywright.dev/v1\nkind: Application").unwrap();
    let (_, rest) = below.split_once("---\n").unwrap();
    [BOB, "---\n", above, "---\n", rest].concat()
}

fn given_away() -> Story {
    let story = Story::of(&[TEAM, KEY, BOB].concat());
    story.by_hand("UPDATE applications SET \"user\" = (SELECT row FROM users WHERE username = 'bob')");
    story
}

const OF_BOB: &str =
    "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: checkout}\nspec: {user: bob}\n";

#[test]
fn a_user_does_not_go_alone_while_an_application_lives_below_another_user() {
    let story = given_away().with(&[&without_alice()]);
    for options in ["", "--allow user/alice", "--allow user/alice --allow application/bob/checkout"] {
        let ran = story.apply(options);
        assert!(ran.exit == 3 || ran.exit == 4, "{options}: {}{}", ran.out, ran.err);
        let says = "user/alice is removed, but application/alice/checkout is in the store as application/bob/checkout, with 1 key";
        assert!(ran.err.contains("KW-145") && ran.err.contains(says), "{options}: {}{}", ran.out, ran.err);
        assert!(!ran.err.contains("no longer in use"), "{}", ran.err);
        assert_eq!((story.count(), story.users()), ((1, 1), 2), "{}{}", ran.out, ran.err);
    }
    // It goes too.
    let gone = OF_BOB.replace("{name: checkout}", "{name: checkout, removed: true}");
    let story = story.with(&[&without_alice(), &gone]);
    assert_eq!(story.apply("").exit, 4);
    let ran = story.apply("--allow user/alice --allow application/bob/checkout");
    assert!(ran.exit == 0 && story.count() == (0, 0) && story.users() == 1, "{}{}", ran.out, ran.err);
    let ran = story.apply("");
    assert!(ran.err.contains("no longer in use in the store: user/alice"), "{}{}", ran.out, ran.err);
    // It stays, and is declared.
    let key = KEY.replace("user: alice", "user: bob");
    let story = given_away().with(&[&without_alice(), OF_BOB, &key]);
    let ran = story.apply("--allow user/alice");
    assert!(ran.exit == 0 && story.count() == (1, 1) && story.users() == 1, "{}{}", ran.out, ran.err);
    // It goes with the other user.
    let all = without_alice().replace("{name: bob}", "{name: bob, removed: true}");
    let story = given_away().with(&[&all]);
    let ran = story.apply("--allow user/alice --allow user/bob");
    assert!(ran.exit == 0 && story.count() == (0, 0) && story.users() == 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_removed_user_is_not_called_done_while_an_application_lives_below_another_user() {
    // The application stays without a manifest, which a run of its own records.
    let user = TEAM.split_once("---\napiVersion: keywright.dev/v1\nkind: Application").unwrap().0;
    let story = given_away().with(&[user, BOB]);
    story.settles();
    let story = story.with(&[&without_alice()]);
    let ran = story.apply("--allow user/alice");
    assert!(ran.exit == 0 && story.users() == 1 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
    for _ in 0..2 {
        let ran = story.apply("");
        let says = "user/alice is not there any more, but application/alice/checkout is in the store as application/bob/checkout";
        assert!(ran.exit == 0 && ran.err.contains(says), "{}{}", ran.out, ran.err);
        assert!(!ran.err.contains("no longer in use"), "{}", ran.err);
    }
    // Nobody removed it here: another hand did.
    let story = given_away().with(&[&without_alice()]);
    story.by_hand("DELETE FROM users WHERE username = 'alice'");
    let ran = story.apply("");
    assert!(ran.exit != 0 && ran.err.contains("application/bob/checkout"), "{}{}", ran.out, ran.err);
    assert!(!ran.err.contains("no longer in use"), "{}", ran.err);
    assert_eq!(story.count(), (1, 1));
}

impl Story {
    fn users(&self) -> u32 {
        self.database().query_row("SELECT count(*) FROM users", [], |row| row.get(0)).unwrap()
    }
}

const TILL: &str =
    "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till}\nspec: {user: alice}\n";

#[test]
fn a_former_name_that_lives_beside_the_new_one_is_said() {
    for (remembers, key) in [(true, ""), (true, KEY), (false, ""), (false, KEY)] {
        let story = Story::of(&[TEAM, TILL, key].concat());
        if !remembers {
            story.forget();
        }
        let (before, count) = (story.manifests.clone(), story.count());
        let alone = TEAM.replace("{name: checkout}", "{name: till, previously: [checkout]}");
        let moved = key.replace("application: checkout", "application: till");
        let story = story.with(&[&alone, &moved]);
        let ran = story.apply("");
        let says = "application/alice/till is another object of the store than application/alice/checkout, which is \
                    listed as its old name";
        assert!(ran.err.contains("warning[KW-152]") && ran.err.contains(says), "{}{}", ran.out, ran.err);
        assert!(!ran.err.contains("KW-136") && !ran.err.contains("with `previously` if"), "{}{}", ran.out, ran.err);
        assert_eq!((ran.exit, story.count()), (if key.is_empty() { 0 } else { 4 }, count), "{}{}", ran.out, ran.err);
        if !key.is_empty() {
            assert!(ran.err.contains("see KW-152"), "{}{}", ran.out, ran.err);
        }
        // The two steps of the help.
        let first = before.replace("{name: till}", "{name: till, removed: true}");
        let story = story.with(&[&first]);
        let ran = story.apply("");
        assert!(ran.exit == 0 && !ran.err.contains("KW-152"), "{}{}", ran.out, ran.err);
        let story = story.with(&[&alone, &moved]);
        let ran = story.apply("");
        assert!(ran.exit == 0 && story.count() == (1, count.1), "{}{}", ran.out, ran.err);
        assert!(!ran.err.contains("KW-152"), "{}", ran.err);
        // Or both are meant.
        let story = Story::of(&before).with(&[&before]);
        assert!(!story.apply("").err.contains("KW-152"));
    }
}

#[test]
fn a_package_whose_former_name_lives_beside_it_is_said() {
    let money = "---\napiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: money}\nspec: {}\n---\n\
                 apiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {name: gold}\nspec: {package: money}\n";
    let story = Story::of(&[TEAM, KEY, money].concat());
    let alone = TEAM
        .replace("{name: payments}", "{name: money, previously: [payments]}")
        .replace("package: payments", "package: money");
    let moved = KEY.replace("package: payments", "package: money");
    let story = story.with(&[&alone, &moved]);
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("KW-152") && ran.err.contains("see KW-152"), "{}{}", ran.out, ran.err);
    assert_eq!(story.count(), (1, 1));
    let gone = "---\napiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: money, removed: true}\n";
    let story = story.with(&[TEAM, KEY, gone]);
    let ran = story.apply("--allow package/money");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    let story = story.with(&[&alone, &moved]);
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
}

fn ids(story: &Story) -> Vec<String> {
    let database = story.database();
    let mut found = database.prepare("SELECT id FROM package_keys ORDER BY row").unwrap();
    found.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn keys_without_a_prefix_that_pass_on_their_names_are_declared_by_their_ids() {
    let named = |name: &str, key: &str| KEY.replace("{name: k}", name).replace("{generate: {prefix: chk_}}", key);
    for remembers in [true, false] {
        for (first, second) in [("two", "three"), ("two", "one")] {
            let one = named("{name: one}", "{generate: {}}");
            let story = Story::of(&[TEAM, &one].concat());
            let story = story.with(&[TEAM, &one, &named("{name: two}", "{generate: {}}")]);
            assert_eq!(story.apply("").exit, 0);
            if !remembers {
                story.forget();
            }
            let renamed =
                |new: &str, old: &str| named(&format!("{{name: {new}, previously: [{old}]}}"), "{generate: {}}");
            let story = story.with(&[TEAM, &renamed(first, "one"), &renamed(second, "two")]);
            let ran = story.apply("");
            assert!(ran.exit == 3 && ran.err.contains("KW-016"), "{}{}", ran.out, ran.err);
            assert!(ran.err.contains("`key: {existing: ID}`"), "{}{}", ran.out, ran.err);
            let ids = ids(&story);
            let by_id = |name: &str, id: &str| named(&format!("{{name: {name}}}"), &format!("{{existing: {id}}}"));
            let story = story.with(&[TEAM, &by_id(first, &ids[0]), &by_id(second, &ids[1])]);
            story.settles();
            assert_eq!(story.count(), (1, 2));
        }
    }
    // One that has a prefix needs no old name at all.
    let other = KEY.replace("{name: k}", "{name: n}").replace("chk_", "new_");
    let story = Story::of(&[TEAM, KEY, &other].concat());
    let swap = |text: &str, name: &str| text.replace("{name: k}", name).replace("{name: n}", name);
    let story =
        story.with(&[TEAM, &swap(KEY, "{name: n, previously: [k]}"), &swap(&other, "{name: k, previously: [n]}")]);
    let ran = story.apply("");
    assert!(ran.exit == 3 && !ran.err.contains("existing: ID"), "{}{}", ran.out, ran.err);
    let story = story.with(&[TEAM, &swap(KEY, "{name: n}"), &swap(&other, "{name: k}")]);
    story.settles();
}

#[test]
fn the_order_of_files_changes_no_finding_about_names_that_move_in_a_circle() {
    let plan = |name: &str, old: &str| {
        format!(
            "---\napiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {{name: {name}, previously: [{old}]}}\n\
             spec: {{package: payments}}\n"
        )
    };
    let plans = [plan("a", "n"), plan("x", "n"), plan("n", "a")];
    let found = |order: [usize; 3]| {
        let folder = tempfile::tempdir().unwrap();
        let text: String = order.into_iter().map(|at| plans[at].as_str()).collect();
        fs::write(folder.path().join("m.yaml"), [TEAM, &text].concat()).unwrap();
        let ran = crate::console::Console::new(folder.path().to_path_buf()).run("validate");
        let said = [ran.out, ran.err].concat();
        let mut found: Vec<String> = said.lines().filter(|line| line.starts_with("error")).map(str::to_owned).collect();
        found.sort();
        found
    };
    let expected = found([0, 1, 2]);
    assert_eq!(expected.len(), 2, "{expected:?}");
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(found(order), expected);
    }
}

/// Another hand moves the key `k` of alice to the application `site` of bob.
const MOVE_KEY: &str = "UPDATE package_keys SET application = (SELECT row FROM applications WHERE name = 'site')
                        WHERE application = (SELECT row FROM applications WHERE name = 'checkout')";

const SITE: &str = "---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: site}
spec: {user: bob}
";

#[test]
fn a_user_does_not_go_while_a_key_lives_below_another_user() {
    let entry = "spec: {user: alice, packages: [{package: payments, plan: gold}]}";
    let with_entry = TEAM.replace("spec: {user: alice}", entry);
    for (manifests, name) in [([TEAM, KEY].concat(), "key/k"), (with_entry, "key/alice/checkout/payments")] {
        let story = Story::of(&[&*manifests, BOB, SITE].concat());
        // The place of what a run created, and of what a run found as declared.
        assert_eq!(story.apply("").exit, 0);
        story.by_hand(MOVE_KEY);
        let rest = TEAM.split("---\n").skip(2).map(|text| format!("---\n{text}")).collect::<String>();
        let user = "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: alice, removed: true}\n";
        let gone = [user, &rest, BOB, SITE].concat();
        let story = story.declares(gone.clone());
        let before = story.count();
        let ran = story.apply("--allow user/alice");
        let says = format!("user/alice is removed, but {name} is in application/bob/site and package/payments");
        assert!(matches!(ran.exit, 3 | 6) && ran.err.contains("KW-145"), "{}{}", ran.out, ran.err);
        assert!(ran.err.contains(&says) && story.count() == before, "{}{}", ran.out, ran.err);
        // The help works: it stays where it is.
        let id = story.id_of_only_key();
        assert!(ran.err.contains(&format!("`key: {{existing: {id}}}`")), "{}", ran.err);
        let by_id = KEY.replace("{generate: {prefix: chk_}}", &format!("{{existing: {id}}}"));
        let by_id = by_id.replace("user: alice, application: checkout", "user: bob, application: site");
        let stays = story.declares([&*gone, &by_id].concat());
        let ran = stays.apply("--allow user/alice");
        assert!(ran.exit == 0 && stays.count() == (1, 1), "{}{}", ran.out, ran.err);
        // Or it goes too.
        let too = stays.declares([&*gone, &by_id.replace("{name: k}", "{name: k, removed: true}")].concat());
        let ran = too.apply("--allow user/alice --allow key/k");
        assert!(matches!(ran.exit, 0) && too.count().1 == 0, "{}{}", ran.out, ran.err);
    }
}

#[test]
fn an_application_does_not_go_while_its_key_lives_in_another_one() {
    let story = Story::of(&[TEAM, KEY, BOB, SITE].concat());
    story.by_hand(MOVE_KEY);
    let manifests = [&*TEAM.replace("{name: checkout}", "{name: checkout, removed: true}"), BOB, SITE].concat();
    let story = story.declares(manifests);
    let ran = story.apply("--allow application/alice/checkout");
    let says = "application/alice/checkout is removed, but key/k is in application/bob/site and package/payments";
    assert!(matches!(ran.exit, 3 | 6) && ran.err.contains(says), "{}{}", ran.out, ran.err);
    assert_eq!(story.count(), (2, 1));
}

/// A contradiction is said before anything is done.
#[test]
fn what_is_removed_and_renamed_is_neither() {
    let story = Story::of(TEAM).edited("{name: checkout}", "{name: till, previously: [checkout]}");
    let gone = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: checkout, removed: true}\nspec: {user: alice}\n";
    let both = story.manifests.clone() + gone;
    let story = story.declares(both);
    for _ in 0..2 {
        let ran = story.apply("");
        let says = "application/alice/checkout is removed, but it is renamed to application/alice/till";
        assert!(ran.exit == 3 && ran.err.contains(says), "{}{}", ran.out, ran.err);
        let name: String = story.database().query_row("SELECT name FROM applications", [], |row| row.get(0)).unwrap();
        assert_eq!(name, "checkout");
    }
}

#[test]
fn a_name_that_a_removed_object_leaves_is_free_in_the_next_apply() {
    let application = |metadata: &str| {
        format!(
            "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {{{metadata}}}\nspec: {{user: alice}}\n"
        )
    };
    let with = |one: &str, other: &str| [TEAM, &application(one), &application(other)].concat();
    let story = Story::of(&with("name: a", "name: b"));
    let story = story.declares(with("name: b, previously: [a]", "name: b, removed: true"));
    let ran = story.apply("");
    assert!(
        ran.exit == 3 && ran.err.contains("remove it in one, without the other manifest"),
        "{}{}",
        ran.out,
        ran.err
    );
    // The help works.
    let story = story.declares([TEAM, &application("name: b, removed: true")].concat());
    assert_eq!(story.apply("").exit, 0);
    let story = story.declares([TEAM, &application("name: b, previously: [a]")].concat());
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (2, 0), "{}{}", ran.out, ran.err);
}

#[test]
fn a_plan_knows_which_username_is_gone_for_good() {
    let story = Story::of(&[TEAM, BOB].concat());
    let story = story.edited("{name: bob}", "{name: bob, removed: true}");
    assert_eq!(story.apply("--allow user/bob").exit, 0);
    let story = story.edited("{name: bob, removed: true}", "{name: bob}");
    let says = "user/bob was deleted by a run, and a deleted username can never be used again";
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("CAM-048") && ran.err.contains(says), "{}{}", ran.out, ran.err);
    let ran = story.console.run("plan");
    assert!(ran.exit == 4 && ran.err.contains(says), "{}{}", ran.out, ran.err);
    // The store refuses it, whoever allows it.
    let ran = story.apply("--allow user/bob");
    assert!(ran.exit != 0 && ran.out.contains("could not create user/bob"), "{}{}", ran.out, ran.err);
}
