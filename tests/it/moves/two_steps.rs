//! Two changes in one commit: another name and another owner, and tombstones beside renames.

use std::fs;

use super::BOB;
use super::KEY;
use super::Story;
use crate::team::TEAM;

/// The application `checkout` of alice becomes `till`, and says that it was `checkout`.
fn renamed(story: Story) -> Story {
    story.edited("{name: checkout}", "{name: till, previously: [checkout]}")
}

/// It becomes `till` of bob, and its key is declared there.
fn moved(story: Story) -> Story {
    let story = renamed(story).edited("spec: {user: alice", "spec: {user: bob");
    let manifests = story.manifests.replace("application: checkout", "application: till");
    Story { manifests, ..story }
}

/// The tests of both: with memory and without.
fn stories(manifests: &[&str]) -> [Story; 2] {
    let forgetful = Story::of(&manifests.concat());
    forgetful.forget();
    [Story::of(&manifests.concat()), forgetful]
}

#[test]
fn an_application_with_another_name_and_another_owner_gets_no_second_key() {
    let team = TEAM.replace("spec: {user: alice}", "spec: {user: alice, packages: [{package: payments, plan: gold}]}");
    for story in stories(&[&team, BOB]) {
        moved(story).asks(&["KW-146", "in application/alice/checkout"], &["application/bob/till"]);
    }
    // The package has another name too.
    for story in stories(&[&team, BOB]) {
        let story = moved(story)
            .edited("{name: payments}", "{name: pay, previously: [payments]}")
            .edited("package: payments", "package: pay");
        story.asks(&["KW-146", "in application/alice/checkout"], &["application/bob/till"]);
    }
    // It had the other name before.
    for remembers in [true, false] {
        let story = Story::of(&[&team, BOB].concat());
        let story = story.edited("{name: checkout}", "{name: till, previously: [checkout]}");
        assert_eq!(story.apply("").exit, 0);
        if !remembers {
            story.forget();
        }
        let story = story.edited("spec: {user: alice,", "spec: {user: bob,");
        story.asks(&["KW-146", "in application/alice/till"], &["application/bob/till"]);
    }
    // The help works.
    let ran = renamed(Story::of(&[&team, BOB].concat())).apply("");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_key_whose_application_has_another_name_and_another_owner_is_not_made_twice() {
    for story in stories(&[TEAM, KEY, BOB]) {
        let says = ["KW-146", "KW-145", "its key/k is in application/alice/checkout"];
        moved(story).asks(&says, &["application/bob/till"]);
    }
    // The key has another name too.
    for story in stories(&[TEAM, KEY, BOB]) {
        let story = moved(story).edited("{name: k}", "{name: s, previously: [k]}");
        let says = ["KW-146", "KW-145", "its key/s is in application/alice/checkout"];
        story.asks(&says, &["application/bob/till"]);
    }
    // Nothing but the former name of the application shows it.
    let story = moved(Story::of(&[TEAM, KEY, BOB].concat())).edited("{name: k}", "{name: s}").edited("chk_", "shp_");
    story.asks(&["KW-149", "key/k of application/alice/checkout"], &["application/bob/till"]);
}

/// An application with an entry of `Application.packages` that was called `checkout` and is called `till`.
fn renamed_entry() -> Story {
    let team = TEAM.replace("spec: {user: alice}", "spec: {user: alice, packages: [{package: payments, plan: gold}]}");
    let story = renamed(Story::of(&team));
    let ran = story.apply("");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    story
}

const RENAMED: &str = "{name: till, previously: [checkout]}";

#[test]
fn an_application_that_is_renamed_twice_gets_no_second_key_of_an_entry() {
    let renamed_again = || {
        let story = renamed_entry();
        story.forget();
        story
    };
    let says = ["KW-146", "KW-145", "its key/alice/shop/payments is in application/alice/till"];
    renamed_again().edited(RENAMED, "{name: shop}").asks(&says, &["application/alice/shop"]);
    // The help works, step by step.
    let story = renamed_again().edited(RENAMED, "{name: shop, previously: [till]}");
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("keep the old names of its application"), "{}{}", ran.out, ran.err);
    let story = story.edited("[till]", "[till, checkout]");
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
    // Keys that Keywright did not generate for an entry, that nobody can use, or that are another user's.
    for other in [
        "UPDATE package_keys SET value = upper(value)",
        "UPDATE package_keys SET value = value || 'x'",
        "UPDATE package_keys SET value = substr(value, 1, 10) || '-' || substr(value, 12)",
        "UPDATE package_keys SET attributes = json_set(attributes, '$.\"settings.status\"', 'disabled')",
        "UPDATE applications SET \"user\" = (SELECT row FROM users WHERE username = 'bob')",
    ] {
        let story = renamed_again();
        let story = Story { manifests: [&*story.manifests, BOB].concat(), ..story };
        assert_eq!(story.apply("").exit, 0);
        story.forget();
        story.by_hand(other);
        let story = story.edited(RENAMED, "{name: shop}");
        let ran = story.apply("");
        assert!(ran.exit == 0 && story.count() == (2, 2), "{other}\n{}{}", ran.out, ran.err);
    }
    // An application that is there already is no renamed one.
    let shop = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec: {user: alice}\n";
    let story = renamed_again();
    let application = story.manifests.split("---\n").find(|text| text.contains(RENAMED)).unwrap().to_owned();
    let story = Story { manifests: [&*story.manifests, shop].concat(), ..story };
    assert_eq!(story.apply("").exit, 0);
    story.forget();
    let story = story.edited(&format!("{application}---\n"), "").edited(
        "{name: shop}\nspec: {user: alice}",
        "{name: shop}\nspec: {user: alice, packages: [{package: payments, plan: gold}]}",
    );
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (2, 2), "{}{}", ran.out, ran.err);
}

#[test]
fn an_entry_whose_application_loses_its_old_name_says_to_keep_it() {
    // The database knows the key by its id.
    renamed_entry().edited(RENAMED, "{name: till}").settles();
    let story = renamed_entry();
    story.forget();
    let story = story.edited(RENAMED, "{name: till}");
    let ran = story.apply("");
    let help = "keep the old names of its application and its package under `previously`";
    assert!(ran.exit == 4 && ran.err.contains("KW-145") && ran.err.contains(help), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("declare it in a PackageKey manifest with `key: {existing: "), "{}", ran.err);
    let story = story.edited("{name: till}", RENAMED);
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
}

#[test]
fn the_help_for_a_key_in_place_of_an_entry_works() {
    let entry = "spec: {user: alice, packages: [{package: payments, plan: gold}]}";
    let team = TEAM.replace("spec: {user: alice}", entry);
    let story = Story::of(&team).edited(entry, "spec: {user: alice}");
    let story = Story { manifests: [&*story.manifests, KEY].concat(), ..story };
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("KW-145"), "{}{}", ran.out, ran.err);
    assert!(!ran.err.contains("previously: [payments]"), "{}", ran.err);
    let id: String = ran.err.split("`key: {existing: ").nth(1).unwrap().split('}').next().unwrap().to_owned();
    let story = story.edited("{generate: {prefix: chk_}}", &format!("{{existing: {id}}}"));
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
    // The other way.
    let story = Story::of(&[TEAM, &KEY.replace("{prefix: chk_}", "{}")].concat());
    let key = story.manifests[story.manifests.find("---\napiVersion: keywright.dev/v1\nkind: PackageKey").unwrap()..]
        .to_owned();
    let story = story.edited(&key, "").edited("spec: {user: alice}", entry);
    let ran = story.apply("");
    assert!(ran.exit == 4 && ran.err.contains("declare it in a PackageKey manifest"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_question_about_a_former_key_says_what_its_application_needs() {
    let story = Story::of(&[TEAM, KEY].concat())
        .edited("{name: checkout}", "{name: shop}")
        .edited("application: checkout", "application: shop")
        .edited("{name: k}", "{name: s}")
        .edited("chk_", "shp_");
    let ran = story.apply("");
    assert!(ran.err.contains("application/alice/shop then needs `previously: [checkout]` too"), "{}", ran.err);
}

#[test]
fn a_tombstone_beside_a_rename_names_the_new_name() {
    for story in stories(&[TEAM]) {
        let gone = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: checkout, removed: true}\nspec: {user: alice}\n";
        let story = story.edited("{name: checkout}", "{name: till, previously: [checkout]}");
        let story = Story { manifests: [&*story.manifests, gone].concat(), ..story };
        fs::write(story.folder.path().join("m.yaml"), &story.manifests).unwrap();
        let ran = story.console.run("plan");
        let says = "application/alice/checkout is removed, but it is renamed to application/alice/till";
        assert!(ran.exit == 3 && ran.err.contains(says), "{}{}", ran.out, ran.err);
        assert!(!ran.err.contains("KW-142"), "{}", ran.err);
        let story = story.edited(gone, "");
        assert_eq!(story.apply("").exit, 0);
    }
}

#[test]
fn a_tombstone_finds_the_name_that_looks_the_same() {
    let story = Story::of(TEAM);
    story.by_hand("UPDATE applications SET name = 'Zoe' || char(769)");
    let gone = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: \"Zo\\u00e9\", removed: true}\nspec: {user: alice}\n";
    let application =
        "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: checkout}\nspec: {user: alice}\n";
    let story = story.edited(application, gone);
    let ran = story.apply("");
    assert!(ran.exit == 0 && ran.err.contains("KW-142"), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("is meant, which is in the store, with a name that is almost the same"), "{}", ran.err);
}

/// The settings of a workspace that owns nothing that it does not declare.
fn workspace(story: &Story, name: &str) {
    let settings = format!("apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: {name}}}\nspec: {{}}\n");
    fs::write(story.folder.path().join("keywright.yaml"), settings).unwrap();
}

#[test]
fn a_key_that_went_to_another_workspace_is_no_former_key() {
    for prefix in ["{prefix: chk_}", "{}"] {
        let folder = Story::of(BOB);
        workspace(&folder, "first");
        let key = KEY.replace("{prefix: chk_}", prefix);
        let first = Story { manifests: [TEAM, &key].concat(), ..folder };
        assert_eq!(first.apply("").exit, 0);
        workspace(&first, "second");
        assert_eq!(first.apply("").exit, 0);
        workspace(&first, "first");
        let new = key.replace("{name: k}", "{name: n}").replace("chk_", "new_");
        let story = Story { manifests: [TEAM, &new].concat(), ..first };
        let ran = story.apply("");
        assert!(ran.exit == 0 && story.count() == (1, 2), "{}{}", ran.out, ran.err);
    }
}

#[test]
fn a_tombstone_of_what_another_workspace_declares_does_not_speak_of_pruning() {
    let folder = Story::of(BOB);
    workspace(&folder, "first");
    let first = Story { manifests: [TEAM, KEY].concat(), ..folder };
    assert_eq!(first.apply("").exit, 0);
    workspace(&first, "second");
    let gone = "apiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: checkout, removed: true}\nspec: {user: alice}\n";
    let second = Story { manifests: gone.to_owned(), ..first };
    let ran = second.apply("");
    let says = "`removed: true` would remove 2 objects that workspace first declared";
    assert!(ran.exit == 4 && ran.err.contains("KW-112") && ran.err.contains(says), "{}{}", ran.out, ran.err);
    assert!(!ran.err.contains("--prune"), "{}", ran.err);
    let ran = second.apply("--allow application/alice/checkout");
    assert!(ran.exit == 0 && second.count() == (0, 0), "{}{}", ran.out, ran.err);
}
