//! What changed in the manifests so that nothing is found any more: a prefix, a document that became an entry of
//! `Application.packages`, an application with another name and another owner. And a place of delivery that shows another key.

use std::fs;

use super::BOB;
use super::KEY;
use super::Story;
use crate::team::TEAM;

fn delivered(key: &str, file: &str) -> String {
    let [head, name] = ["{name: k}", key];
    KEY.replace(head, &format!("{{name: {name}}}"))
        .replace("{prefix: chk_}}", &format!("{{prefix: {key}_}}}}, deliver: [{{file: secrets/{file}.env, as: K}}]"))
}

fn with_entry() -> String {
    TEAM.replace("spec: {user: alice}", "spec: {user: alice, packages: [{package: payments, plan: gold}]}")
}

impl Story {
    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(format!("secrets/{name}.env"))).unwrap()
    }
}

#[test]
fn another_prefix_makes_a_second_key_only_with_consent() {
    let before = delivered("k", "k");
    let after = before.replace("{prefix: k_}", "{prefix: new_}");
    for (remembers, has_file, rule) in
        [(true, true, "KW-129"), (true, false, "KW-129"), (false, true, "KW-134"), (false, false, "KW-145")]
    {
        let story = Story::of(&[TEAM, &before].concat());
        if !remembers {
            story.forget();
        }
        if !has_file {
            fs::remove_dir_all(story.folder.path().join("secrets")).unwrap();
        }
        let story = story.with(&[TEAM, &after]);
        let ran = story.apply("");
        assert!(ran.exit == 4 && ran.err.contains(rule), "{}{}", ran.out, ran.err);
        // One finding for one cause: that the old key is kept is no news.
        assert!(!ran.err.contains("CAM-038"), "{}", ran.err);
        // The help works: the id is the one of the same key.
        let id = ran.err.split("{existing: ").nth(1).unwrap().split('}').next().unwrap().to_owned();
        let named = before.replace("{generate: {prefix: k_}}", &format!("{{existing: {id}}}"));
        let story = story.with(&[TEAM, &named]);
        assert_eq!(story.apply("").exit, 0);
        let story = story.with(&[TEAM, &before]);
        assert_eq!((story.apply("").exit, story.count()), (0, (1, 1)));
        if !remembers {
            story.forget();
        }
        if !has_file {
            fs::remove_dir_all(story.folder.path().join("secrets")).unwrap_or_default();
        }
        let story = story.with(&[TEAM, &after]);
        story.asks(&[rule], &["key/k"]);
        assert_eq!(story.count(), (1, 2));
    }
}

#[test]
fn another_prefix_for_a_key_that_is_dead_needs_no_consent() {
    let before = delivered("k", "k");
    let story = Story::of(&[TEAM, &before].concat());
    story.by_hand("UPDATE package_keys SET attributes = json_set(attributes, '$.\"settings.status\"', 'disabled')");
    let ran = story.with(&[TEAM, &before.replace("{prefix: k_}", "{prefix: new_}")]).apply("");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_document_that_becomes_an_entry_makes_no_second_key() {
    for key in [KEY.to_owned(), KEY.replace("{prefix: chk_}", "{}")] {
        for remembers in [true, false] {
            let story = Story::of(&[TEAM, &key].concat());
            if !remembers {
                story.forget();
            }
            story
                .with(&[&with_entry()])
                .asks(&["key/alice/checkout/payments would be created"], &["key/alice/checkout/payments"]);
        }
    }
    // A key that a person made is none of Keywright's.
    let story = Story::of(&[TEAM, KEY].concat());
    story.by_hand("UPDATE package_keys SET value = 'portal7made9key2without4'");
    story.forget();
    let ran = story.with(&[&with_entry()]).apply("");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn an_entry_whose_application_has_another_name_and_another_owner_is_one_key() {
    let moved = with_entry().replace("{name: checkout}", "{name: shop}").replace("{user: alice, p", "{user: bob, p");
    for remembers in [true, false] {
        let story = Story::of(&[&*with_entry(), BOB].concat());
        if !remembers {
            story.forget();
        }
        let story = story.with(&[&moved, BOB]);
        let says = ["KW-149", "application/bob/shop would be created for key/bob/shop/payments"];
        story.asks(&says, &["application/bob/shop"]);
    }
    // One that was undeclared before is another one.
    let story = Story::of(&[&*with_entry(), BOB].concat()).with(&[TEAM, BOB]);
    story.settles();
    let shop = moved.split("---\n").find(|text| text.contains("{name: shop}")).unwrap();
    let ran = story.with(&[TEAM, BOB, "---\n", shop]).apply("");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_key_of_the_store_is_not_delivered_over_another_one_that_works() {
    for (other, whose) in [(true, ", the key of key/m, and that is in use"), (false, ", and that is in use")] {
        let (k, m) = (delivered("k", "k"), delivered("m", "m"));
        let story = Story::of(&[TEAM, &k, &m].concat());
        let (of_k, of_m) = (story.file("k"), story.file("m"));
        // The other key gets no new place.
        let rest = if other { m.replace(", deliver: [{file: secrets/m.env, as: K}]", "") } else { String::new() };
        let story = story.with(&[TEAM, &delivered("k", "m"), &rest]);
        let ran = story.apply("");
        let says =
            "key/k would be delivered to K in secrets/m.env, which has the value of key/alice/checkout/payments@";
        assert!(ran.exit == 4 && ran.err.contains("KW-134") && ran.err.contains(says), "{}{}", ran.out, ran.err);
        assert!(ran.err.contains(whose), "{}", ran.err);
        let ran = story.apply("--deliver key/k");
        assert!(ran.exit == 4 && story.file("m") == of_m, "{}{}", ran.out, ran.err);
        let ran = story.apply("--allow key/k");
        assert!(ran.exit == 0 && story.file("m") == of_k && story.count() == (1, 2), "{}{}", ran.out, ran.err);
        story.settles();
    }
}

#[test]
fn a_successor_is_not_delivered_over_another_key_that_works() {
    let rotated = |text: &str| text.replace("as: K}]", "as: K}], rotation: {every: 90d, overlap: 14d, grace: 7d}");
    let (k, m) = (rotated(&delivered("k", "k")), delivered("m", "m"));
    let story = Story::of(&[TEAM, &k, &m].concat());
    let (of_k, of_m) = (story.file("k"), story.file("m"));
    fs::write(story.folder.path().join("secrets/k.env"), &of_m).unwrap();
    for line in ["apply --auto-approve", "rotate key/k --auto-approve"] {
        let ran = story.console.run(line);
        assert!(ran.exit == 4 && ran.err.contains("KW-134"), "{line}: {}{}", ran.out, ran.err);
        assert!(story.file("k") == of_m && story.count() == (1, 2), "{}{}", ran.out, ran.err);
    }
    // Its own earlier value is no question.
    fs::write(story.folder.path().join("secrets/k.env"), &of_k).unwrap();
    let ran = story.console.run("rotate key/k --auto-approve");
    assert!(ran.exit == 0 && story.file("k") != of_k && story.count() == (1, 3), "{}{}", ran.out, ran.err);
}

#[test]
fn a_reference_to_an_old_name_is_one_finding() {
    let story = Story::of(&[TEAM, KEY].concat()).edited("{name: checkout}", "{name: shop, previously: [checkout]}");
    let ran = story.apply("");
    assert!(ran.exit == 3 && ran.err.contains("CAM-023") && !ran.err.contains("KW-145"), "{}{}", ran.out, ran.err);
}

/// The database knows the key that a place shows as the one of this manifest; the manifest finds another one now.
#[test]
fn a_key_that_gets_the_prefix_of_another_does_not_take_over_its_place() {
    let [a, b] = ["a", "b"].map(|name| delivered(name, name));
    let [a_as_b, b_as_a] = [a.replace("{prefix: a_}", "{prefix: b_}"), b.replace("{prefix: b_}", "{prefix: a_}")];
    for (after, asked) in [(vec![&*a_as_b], "key/a"), (vec![&*a_as_b, &*b_as_a], "key/a")] {
        let story = Story::of(&[TEAM, &a, &b].concat());
        let files = ["a", "b"].map(|name| story.file(name));
        let after = after.concat();
        let story = story.with(&[TEAM, &after]);
        for _ in 0..2 {
            let ran = story.apply("");
            assert!(ran.exit == 4 && ran.err.contains("KW-134") && ran.err.contains(asked), "{}{}", ran.out, ran.err);
            assert_eq!(["a", "b"].map(|name| story.file(name)), files, "{}", ran.out);
        }
    }
}
