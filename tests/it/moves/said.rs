//! What is asked and said only while it is true: about keys that lost their manifests, about what another run settled, and
//! about files.

use std::fs;

use super::BOB;
use super::KEY;
use super::Story;
use crate::team::TEAM;

const OTHER: &str = "---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: n}
spec: {user: alice, application: checkout, package: payments, plan: gold, key: {generate: {prefix: new_}}}
";

impl Story {
    /// The same with other manifests.
    pub(super) fn with(self, manifests: &[&str]) -> Self {
        Self { manifests: manifests.concat(), ..self }
    }

    #[track_caller]
    pub(super) fn settles(&self) {
        let ran = self.apply("");
        assert!(ran.exit == 0 && ran.out.contains("Nothing to do"), "{}{}", ran.out, ran.err);
    }
}

#[test]
fn an_application_and_its_package_with_new_names_make_no_second_key_without_memory() {
    let entry = TEAM.replace("spec: {user: alice}", "spec: {user: alice, packages: [{package: payments, plan: gold}]}");
    for manifests in [&[TEAM, KEY].concat(), &[TEAM, &KEY.replace("{prefix: chk_}", "{}")].concat(), &entry] {
        for remembers in [true, false] {
            let story = Story::of(manifests);
            if !remembers {
                story.forget();
            }
            let story =
                Story { manifests: story.manifests.replace("checkout", "shop").replace("payments", "money"), ..story };
            let says = ["KW-146", "application/alice/shop would be created", "package/money would be created"];
            story.asks(&says, &["application/alice/shop", "package/money"]);
        }
    }
}

#[test]
fn two_declared_applications_may_have_keys_with_one_prefix() {
    let more = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till}\nspec: {user: alice}\n---\n\
                apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: money}\nspec: {}\n---\n\
                apiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {name: gold}\nspec: {package: money}\n---\n\
                apiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {name: t}\n\
                spec: {user: alice, application: till, package: money, plan: gold, key: {generate: {prefix: chk_}}}\n";
    let story = Story::of(&[TEAM, KEY].concat());
    story.forget();
    let story = story.with(&[TEAM, KEY, more]);
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (2, 2), "{}{}", ran.out, ran.err);
    // A key of another length is not one that Keywright made for this package.
    let story = Story::of(&[TEAM, KEY].concat());
    story.by_hand("UPDATE package_keys SET value = 'chk_person.made'");
    story.forget();
    let story = Story { manifests: story.manifests.replace("checkout", "shop").replace("payments", "money"), ..story };
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (2, 2), "{}{}", ran.out, ran.err);
}

#[test]
fn a_key_whose_manifest_went_on_purpose_is_not_asked_about_later() {
    for prefix in ["{prefix: chk_}", "{}"] {
        let key = KEY.replace("{prefix: chk_}", prefix);
        let other = OTHER.replace("{prefix: new_}", &prefix.replace("chk_", "new_"));
        // In one commit it may be a new name.
        let story = Story::of(&[TEAM, &key].concat()).with(&[TEAM, &other]);
        for _ in 0..2 {
            let ran = story.apply("");
            assert!(ran.exit == 4 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
        }
        // The manifest goes, and a later commit adds another key.
        let story = story.with(&[TEAM]);
        story.settles();
        let story = story.with(&[TEAM, &other]);
        let ran = story.apply("");
        assert!(ran.exit == 0 && story.count() == (1, 2), "{}{}", ran.out, ran.err);
        // It comes back, and then it may be renamed again.
        let story = story.with(&[TEAM, &key, &other]);
        story.settles();
        let third = other.replace("{name: n}", "{name: m}").replace("new_", "mmm_");
        let story = story.with(&[TEAM, &other, &third]);
        let ran = story.apply("");
        assert!(ran.exit == 4 && story.count() == (1, 2), "{}{}", ran.out, ran.err);
    }
}

#[test]
fn two_keys_that_exchange_their_names_make_no_third_one() {
    let own = OTHER.replace("{prefix: new_}", "{}");
    for remembers in [true, false] {
        let story = Story::of(&[TEAM, KEY, &own].concat());
        if !remembers {
            story.forget();
        }
        let story = story.with(&[TEAM, &KEY.replace("name: k", "name: n"), &own.replace("name: n", "name: k")]);
        story.asks(&["KW-145", "which was declared as key/n", "`key: {existing: "], &["key/k"]);
    }
}

#[test]
fn a_tombstone_stays_harmless_beside_what_another_hand_moved() {
    let story = Story::of(&[TEAM, BOB].concat());
    story.by_hand("UPDATE applications SET \"user\" = (SELECT row FROM users WHERE username = 'bob')");
    let ran = story.apply("--allow application/alice/checkout");
    assert!(ran.exit == 0 && story.count() == (2, 0), "{}{}", ran.out, ran.err);
    let story = story.edited("{name: checkout}", "{name: checkout, removed: true}");
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (1, 0), "{}{}", ran.out, ran.err);
    for _ in 0..2 {
        story.settles();
    }
}

#[test]
fn a_tombstone_with_a_wrong_prefix_names_the_keys_that_are_there() {
    let story = Story::of(&[TEAM, KEY].concat());
    story.forget();
    let story = story.edited("{name: k}", "{name: k, removed: true}").edited("chk_", "shp_");
    let ran = story.apply("");
    let says = "key/k is removed, and no key of application/alice/checkout and package/payments has its prefix shp_";
    assert!(ran.exit == 0 && ran.err.contains(says), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("correct the prefix, or write `key: {existing: ID}`"), "{}", ran.err);
    // The help works.
    let story = story.edited("shp_", "chk_");
    let ran = story.apply("--allow key/k");
    assert!(ran.exit == 0 && story.count() == (1, 0), "{}{}", ran.out, ran.err);
    let ran = story.apply("");
    assert!(ran.err.contains("removed, and no longer in use in the store: key/k"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_new_key_beside_a_removed_one_is_not_said_to_keep_it() {
    let gone = KEY.replace("{name: k}", "{name: k, removed: true}");
    let story = Story::of(&[TEAM, KEY].concat()).with(&[TEAM, &gone, OTHER]);
    let ran = story.apply("--allow key/k");
    assert!(ran.exit == 0 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
    assert!(!ran.err.contains("is kept"), "{}", ran.err);
    assert!(ran.err.contains("CAM-038") && ran.err.contains("is removed by the same run"), "{}", ran.err);
    // Nobody calls with a disabled one.
    let story = Story::of(&[TEAM, KEY].concat()).with(&[TEAM, &gone, OTHER]);
    story.by_hand("UPDATE package_keys SET attributes = json_set(attributes, '$.\"settings.status\"', 'disabled')");
    let ran = story.apply("--allow key/k");
    assert!(ran.exit == 0 && !ran.err.contains("CAM-038"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_removal_says_what_the_files_of_this_machine_show() {
    let delivered = KEY.replace("key: {generate", "deliver: [{file: secrets/k.env, as: K}], key: {generate");
    let removed = || Story::of(&[TEAM, &delivered].concat()).edited("{name: k}", "{name: k, removed: true}");
    let file = |story: &Story| story.folder.path().join("secrets/k.env");
    for remembers in [true, false] {
        let story = removed();
        if !remembers {
            story.forget();
        }
        // On another machine.
        fs::remove_file(file(&story)).unwrap();
        fs::write(story.folder.path().join("m.yaml"), &story.manifests).unwrap();
        let ran = story.console.run("plan");
        assert!(ran.exit == 4 && !ran.err.contains("KW-150"), "{}{}", ran.out, ran.err);
        let ran = story.console.run("plan --allow key/k");
        let says = "K in secrets/k.env may keep a value that no longer works when the keys are deleted: they cannot be read from this machine";
        assert!(ran.err.contains(says), "{}{}", ran.out, ran.err);
        // A person wrote the line as a shell takes it.
        let value: String = story.database().query_row("SELECT value FROM package_keys", [], |row| row.get(0)).unwrap();
        for line in [format!("K={value}"), format!("export K=\"{value}\""), format!("  K='{value}'  # ours")] {
            fs::write(file(&story), line + "\n").unwrap();
            let ran = story.console.run("plan --allow key/k");
            let says = "K in secrets/k.env keeps a value that no longer works when the keys are deleted";
            assert!(ran.err.contains(says), "{}{}", ran.out, ran.err);
        }
        // It has another value, or none.
        for text in ["K=another.value\n", "L=another.value\n"] {
            fs::write(file(&story), text).unwrap();
            let ran = story.console.run("plan --allow key/k");
            assert!(!ran.err.contains("KW-150"), "{text}: {}", ran.err);
        }
    }
}

#[test]
fn a_prune_without_memory_says_that_another_workspace_may_have_made_a_key() {
    let owns = "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: w}\n\
                spec: {ownership: {packageKeys: ofDeclaredApplications}}\n";
    for (prefix, is_made) in [("{}", true), ("{prefix: chk_}", false)] {
        let story = Story::of(&[TEAM, &KEY.replace("{prefix: chk_}", prefix)].concat());
        fs::write(story.folder.path().join("keywright.yaml"), owns).unwrap();
        story.forget();
        let story = story.with(&[TEAM]);
        let ran = story.apply("--prune");
        assert!(ran.exit == 4 && ran.err.contains("KW-110") && story.count() == (1, 1), "{}{}", ran.out, ran.err);
        let says = "one of them is a key that Keywright generated: another workspace may declare it";
        assert_eq!(ran.err.contains(says), is_made, "{}", ran.err);
    }
}

#[test]
fn a_name_that_is_taken_out_of_previously_too_early_makes_no_second_key() {
    let own = KEY.replace("{prefix: chk_}", "{}");
    let renamed = || {
        let story = Story::of(&[TEAM, &own].concat()).edited("{name: k}", "{name: s, previously: [k]}");
        story.settles();
        story
    };
    // The database knows which key had the last name. A machine without it does not.
    renamed().edited("{name: s, previously: [k]}", "{name: t, previously: [s]}").settles();
    renamed().edited("{name: s, previously: [k]}", "{name: s}").settles();
    for metadata in ["{name: s}", "{name: t, previously: [s]}"] {
        let story = renamed();
        story.forget();
        let story = story.edited("{name: s, previously: [k]}", metadata);
        let ran = story.apply("");
        let says = ["KW-145", "which Keywright may have generated", "`key: {existing: "];
        assert!(ran.exit == 4 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
        assert!(says.iter().all(|words| ran.err.contains(words)), "{}{}", ran.out, ran.err);
        // The help works.
        let id: String = ran.err.split("`key: {existing: ").nth(1).unwrap().split('}').next().unwrap().to_owned();
        let story = story.edited("{generate: {}}", &format!("{{existing: {id}}}"));
        story.settles();
    }
}
