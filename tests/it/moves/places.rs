//! What stands at the place of delivery: a value that lives is not replaced by that of a new key without consent, whatever
//! the manifests are called.

use std::fs;

use super::BOB;
use super::KEY;
use super::Story;
use crate::team::TEAM;

/// A key without a declared prefix, which is delivered.
fn delivered() -> String {
    KEY.replace("{prefix: chk_}}", "{}}, deliver: [{file: secrets/k.env, as: K}]")
}

fn renamed() -> String {
    delivered().replace("{name: k}", "{name: n}")
}

impl Story {
    /// The value in the file, if a key of the store has it.
    fn works(&self) -> Option<String> {
        let text = fs::read_to_string(self.folder.path().join("secrets/k.env")).unwrap();
        let value = text.trim().strip_prefix("K=").unwrap().to_owned();
        let sql = "SELECT count(*) FROM package_keys WHERE value = ?1";
        let count: u32 = self.database().query_row(sql, [&value], |row| row.get(0)).unwrap();
        (count == 1).then_some(value)
    }

    fn id_of_key(&self) -> String {
        self.database().query_row("SELECT id FROM package_keys", [], |row| row.get(0)).unwrap()
    }
}

#[test]
fn a_key_with_another_name_is_recognized_by_the_delivered_value() {
    for new in [renamed(), renamed().replace("{generate: {}}", "{generate: {prefix: new_}}")] {
        let story = Story::of(&[TEAM, &delivered()].concat());
        story.forget();
        let (value, id) = (story.works(), story.id_of_key());
        let story = story.with(&[TEAM, &new]);
        let ran = story.apply("");
        let says = "key/n would be created, but K in secrets/k.env has the value of key/alice/checkout/payments@";
        assert!(ran.exit == 4 && ran.err.contains("KW-134") && ran.err.contains(says), "{}{}", ran.out, ran.err);
        assert!(story.works() == value && value.is_some() && story.count() == (1, 1), "{}{}", ran.out, ran.err);
        // The help works.
        let help = format!("if it is the same key, declare it with `key: {{existing: {id}}}`; or allow a second one");
        assert!(ran.err.contains(&help), "{}", ran.err);
        let key = ["{generate: {}}", "{generate: {prefix: new_}}"].into_iter().find(|key| new.contains(key)).unwrap();
        let story = story.with(&[TEAM, &new.replace(key, &format!("{{existing: {id}}}"))]);
        story.settles();
        // So does the consent.
        let story = story.with(&[TEAM, &new]);
        story.forget();
        story.asks(&["KW-134"], &["key/n"]);
        assert!(story.works().is_some() && story.works() != value);
    }
}

#[test]
fn a_custom_key_is_not_delivered_over_another_key_that_works() {
    let custom = renamed().replace("{generate: {}}", "{custom: {value: fake-custom-value}}");
    let story = Story::of(&[TEAM, &delivered()].concat());
    story.forget();
    let story = story.with(&[TEAM, &custom]);
    story.asks(&["KW-134"], &["key/n"]);
}

#[test]
fn an_application_with_another_name_and_another_owner_is_recognized_by_the_delivered_value() {
    let prefix = |text: &str| text.replace("{generate: {}}", "{generate: {prefix: new_}}");
    for remembers in [true, false] {
        let story = Story::of(&[TEAM, BOB, &delivered()].concat());
        if !remembers {
            story.forget();
        }
        let team = TEAM.replace("{name: checkout}", "{name: shop}").replace("spec: {user: alice}", "spec: {user: bob}");
        let key = prefix(&renamed()).replace("user: alice, application: checkout", "user: bob, application: shop");
        let story = story.with(&[&team, BOB, &key]);
        let says = [
            "KW-146",
            "its key/n is in application/alice/checkout",
            "KW-145",
            "(its value is where this key is delivered)",
        ];
        story.asks(&says, &["application/bob/shop"]);
    }
}

#[test]
fn the_place_of_a_declared_key_is_not_taken_by_a_new_one() {
    for (has_file, says) in [(true, "K in secrets/k.env has the value of"), (false, "last received the value of")] {
        let story = Story::of(&[TEAM, &delivered()].concat());
        if !has_file {
            fs::remove_file(story.folder.path().join("secrets/k.env")).unwrap();
        }
        let other = delivered().replace("k.env", "other.env");
        let story = story.with(&[TEAM, &other, &renamed()]);
        let ran = story.apply("");
        assert!(ran.exit == 4 && ran.err.contains(says) && story.count() == (1, 1), "{}{}", ran.out, ran.err);
        assert!(ran.err.contains("the key of key/k, and that is in use"), "{}", ran.err);
        let ran = story.apply("--allow key/n");
        assert!(ran.exit == 0 && story.works().is_some() && story.count() == (1, 2), "{}{}", ran.out, ran.err);
    }
}

#[test]
fn a_removed_key_and_a_new_one_at_its_place_are_one_question() {
    for remembers in [true, false] {
        let story = Story::of(&[TEAM, &delivered()].concat());
        if !remembers {
            story.forget();
        }
        let gone = delivered().replace("{name: k}", "{name: k, removed: true}");
        let story = story.with(&[TEAM, &gone, &renamed()]);
        let value = story.works();
        story.asks(&["KW-140", "KW-134", "which goes with key/k", "allow its removal with --allow key/k"], &["key/k"]);
        assert!(story.count() == (1, 1) && story.works().is_some() && story.works() != value);
    }
}

#[test]
fn a_new_value_in_place_of_a_dead_one_needs_no_consent() {
    for change in ["\"settings.status\"', 'disabled'", "\"expires\"', '2020-01-01'"] {
        let story = Story::of(&[TEAM, &delivered()].concat());
        story.by_hand(&format!("UPDATE package_keys SET attributes = json_set(attributes, '$.{change})"));
        story.forget();
        let story = story.with(&[TEAM, &renamed()]);
        let ran = story.apply("");
        assert!(ran.exit == 0 && story.count() == (1, 2), "{}{}", ran.out, ran.err);
    }
}

#[test]
fn a_key_with_another_name_or_an_entry_in_its_place_is_asked_about_without_memory() {
    let entry = TEAM.replace("spec: {user: alice}", "spec: {user: alice, packages: [{package: payments, plan: gold}]}");
    let (own, other) = (KEY.replace("{prefix: chk_}", "{}"), KEY.replace("{name: k}", "{name: n}"));
    let cases = [
        ([TEAM, &own].concat(), [TEAM, &other.replace("{prefix: chk_}", "{}")].concat(), "key/n"),
        ([TEAM, &own].concat(), entry.clone(), "key/alice/checkout/payments"),
        (entry.clone(), [TEAM, &own].concat(), "key/k"),
        (entry, [TEAM, &other].concat(), "key/n"),
    ];
    for (before, after, asked) in &cases {
        for remembers in [true, false] {
            let story = Story::of(before);
            if !remembers {
                story.forget();
            }
            story.with(&[after]).asks(&["KW-145", &format!("{asked} would be created beside")], &[asked]);
        }
    }
    // What a person made, or made for another package, is no key of a manifest.
    for value in ["k12345_person.made", "person.made"] {
        let story = Story::of(&cases[0].0);
        story.by_hand(&format!("UPDATE package_keys SET value = '{value}'"));
        story.forget();
        let ran = story.with(&[&cases[0].1]).apply("");
        assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    }
    // Two keys that both have manifests are no question.
    let story = Story::of(&cases[0].0);
    story.forget();
    let both = [&*cases[0].0, &other.replace("{prefix: chk_}", "{}")].concat();
    let ran = story.with(&[&both]).apply("");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn an_entry_in_another_package_of_another_owner_is_one_key() {
    let entry = TEAM.replace("spec: {user: alice}", "spec: {user: alice, packages: [{package: payments, plan: gold}]}");
    for remembers in [true, false] {
        let story = Story::of(&[&*entry, BOB].concat());
        if !remembers {
            story.forget();
        }
        let moved = entry.replace("{user: alice, p", "{user: bob, p").replace("payments", "money");
        let story = story.with(&[&*moved, BOB]);
        let says = ["KW-146", "its key/bob/checkout/money is in application/alice/checkout"];
        story.asks(&says, &["application/bob/checkout", "package/money"]);
    }
}
