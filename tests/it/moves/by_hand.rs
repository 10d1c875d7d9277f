//! Names and keys that a person changed in the portal, and that the manifests then follow: the help of each message works at the
//! first try.

use std::fs;

use super::BOB;
use super::KEY;
use super::Story;
use crate::team::TEAM;

const ENTRY: &str = "spec: {user: alice, packages: [{package: payments, plan: gold}]}";

const TO_BOB: &str = "UPDATE applications SET \"user\" = (SELECT row FROM users WHERE username = 'bob')";

fn entry() -> String {
    [&TEAM.replace("spec: {user: alice}", ENTRY), "---\n", BOB.trim_start_matches("---\n")].concat()
}

fn delivered(source: &str) -> String {
    let delivered = format!("key: {{generate: {source}}}, deliver: [{{file: secrets/k.env, as: K}}]");
    KEY.replace("key: {generate: {prefix: chk_}}", &delivered)
}

/// A package with a plan, beside the one of the team.
fn ledger() -> String {
    let package = TEAM.split("---\n").skip(2).collect::<Vec<_>>().join("---\n");
    ["---\n", &package.replace("payments", "ledger")].concat()
}

impl Story {
    fn is_settled_with_one_key(&self) {
        let ran = self.apply("");
        assert!(ran.exit == 0 && self.count().1 == 1, "{}{}", ran.out, ran.err);
        self.settles();
    }

    /// Another key in place of the only one.
    fn remake_key(&self, value: &str) {
        self.by_hand(&format!(
            "UPDATE package_keys SET id = '00000000-0000-4000-8000-00000000000a', value = '{value}'"
        ));
    }

    fn move_key_to_ledger(&self) {
        self.by_hand(
            "UPDATE package_keys SET package = (SELECT row FROM packages WHERE name = 'ledger'), \
             plan = (SELECT plans.row FROM plans JOIN packages ON packages.row = plans.package WHERE packages.name = 'ledger')",
        );
    }
}

#[test]
fn an_entry_follows_what_the_portal_changed() {
    for (sql, from, to) in [
        ("UPDATE applications SET name = 'till'", "{name: checkout}", "{name: till}"),
        (TO_BOB, "{user: alice, packages", "{user: bob, packages"),
        ("UPDATE packages SET name = 'money'", "payments", "money"),
    ] {
        let story = Story::of(&entry());
        story.by_hand(sql);
        let ran = story.apply("");
        let help = "find out why, then change the manifest to";
        assert!(ran.exit == 4 && ran.err.contains(help) && story.count() == (1, 1), "{sql}\n{}{}", ran.out, ran.err);
        let story = story.edited(from, to);
        story.is_settled_with_one_key();
        // What the machine learned holds.
        story.is_settled_with_one_key();
    }
}

/// Two entries whose applications exchanged their names in the portal, or of which one took the name that the other one left.
#[test]
fn entries_do_not_take_each_others_keys_when_the_portal_moves_their_names() {
    let till = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till}\nspec: {user: alice, packages: \
                [{package: payments, plan: gold}]}\n";
    let id_of = |story: &Story, application: &str| -> String {
        let sql = "SELECT package_keys.id FROM package_keys JOIN applications ON applications.row = package_keys.application \
                   WHERE applications.name = ?1";
        story.database().query_row(sql, [application], |row| row.get(0)).unwrap()
    };
    for is_exchange in [true, false] {
        let story = Story::of(&[&*entry(), till].concat());
        story.by_hand("UPDATE applications SET name = 'x' WHERE name = 'checkout'");
        story.by_hand("UPDATE applications SET name = 'checkout' WHERE name = 'till'");
        if is_exchange {
            story.by_hand("UPDATE applications SET name = 'till' WHERE name = 'x'");
        }
        // A refused run changes no answer.
        for _ in 0..3 {
            let ran = story.apply("");
            assert!(matches!(ran.exit, 3 | 4) && ran.err.contains("KW-145"), "{}{}", ran.out, ran.err);
            assert!(!ran.err.contains("KW-134") && story.count() == (2, 2), "{}{}", ran.out, ran.err);
        }
        if is_exchange {
            let both = "--allow application/alice/checkout --allow application/alice/till";
            let ran = story.apply(both);
            assert_eq!(ran.exit, 4, "{}{}", ran.out, ran.err);
            let help = "in a PackageKey manifest with `key: {existing: ";
            assert!(ran.err.contains(help) && ran.err.contains("take out the entry"), "{}", ran.err);
            let by_id = |name: &str, application: &str| {
                let key = KEY.replace("{name: k}", &format!("{{name: {name}}}")).replace("checkout", application);
                key.replace("{generate: {prefix: chk_}}", &format!("{{existing: {}}}", id_of(&story, application)))
            };
            let manifests = [&*story.manifests, &by_id("k", "checkout"), &by_id("l", "till")].concat();
            let manifests = manifests.replace(", packages: [{package: payments, plan: gold}]", "");
            let story = story.declares(manifests);
            let ran = story.apply(both);
            assert!(ran.exit == 0 && story.count() == (2, 2), "{}{}", ran.out, ran.err);
            story.settles();
        }
    }
}

/// Two keys with one prefix, in applications that exchanged their names: one consent for one key takes nothing of the other.
#[test]
fn a_tombstone_takes_no_key_of_a_manifest_whose_application_lost_its_name() {
    let till = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till}\nspec: {user: alice}\n";
    let other = KEY.replace("{name: k}", "{name: l}").replace("checkout", "till");
    for back in ["till", "x"] {
        let story = Story::of(&[TEAM, till, KEY, &other].concat());
        story.by_hand("UPDATE applications SET name = 'x' WHERE name = 'checkout'");
        story.by_hand("UPDATE applications SET name = 'checkout' WHERE name = 'till'");
        story.by_hand(&format!("UPDATE applications SET name = '{back}' WHERE name = 'x'"));
        let story = story.edited("{name: k}", "{name: k, removed: true}");
        for _ in 0..2 {
            let ran = story.apply("--allow key/k");
            assert!(ran.exit != 0 && ran.err.contains("KW-145"), "{}{}", ran.out, ran.err);
            assert_eq!(story.count(), (2, 2), "{}{}", ran.out, ran.err);
        }
    }
}

/// A new name in the manifests, after another one in the portal.
#[test]
fn an_old_name_that_another_hand_changed_first_is_not_made_again() {
    let story = Story::of(TEAM);
    story.by_hand("UPDATE applications SET name = 'x' WHERE name = 'checkout'");
    let story = story.edited("{name: checkout}", "{name: m, previously: [checkout]}");
    for _ in 0..2 {
        let ran = story.apply("");
        assert!(ran.exit == 4 && ran.err.contains("KW-145") && story.count().0 == 1, "{}{}", ran.out, ran.err);
    }
}

/// A name that moved to another object in the portal: the object that lost it to nobody is not made again.
#[test]
fn what_lost_its_name_in_the_portal_is_not_made_again() {
    let till = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till}\nspec: {user: alice}\n";
    let manifests = [&*TEAM.replace("spec: {user: alice}", ENTRY), till, &ledger()].concat();
    for (table, from, to, asked) in [
        ("applications", "till", "checkout", "application/alice/till would be created"),
        ("packages", "ledger", "payments", "package/ledger would be created"),
    ] {
        let story = Story::of(&manifests);
        story.by_hand(&format!("UPDATE {table} SET name = 'x' WHERE name = '{to}'"));
        story.by_hand(&format!("UPDATE {table} SET name = '{to}' WHERE name = '{from}'"));
        let count = || -> u32 {
            story.database().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
        };
        // A refused run changes no answer.
        for _ in 0..3 {
            let ran = story.apply("");
            assert!(matches!(ran.exit, 3 | 4) && ran.err.contains(asked), "{}{}", ran.out, ran.err);
            assert!(count() == 2 && story.count() == (2, 1), "{}{}", ran.out, ran.err);
        }
        // The help works.
        story.by_hand(&format!("UPDATE {table} SET name = '{from}' WHERE name = '{to}'"));
        story.by_hand(&format!("UPDATE {table} SET name = '{to}' WHERE name = 'x'"));
        let ran = story.apply("");
        assert!(ran.exit == 0 && count() == 2 && story.count() == (2, 1), "{}{}", ran.out, ran.err);
        story.settles();
    }
}

/// The key of an entry that another manifest names by its id is not that of the other manifest before somebody decides.
#[test]
fn a_refused_run_gives_the_key_of_an_entry_to_nobody() {
    let story = Story::of(&entry());
    story.forget();
    story.is_settled_with_one_key();
    let id: String = story.database().query_row("SELECT id FROM package_keys", [], |row| row.get(0)).unwrap();
    let by_id = KEY.replace("{generate: {prefix: chk_}}", &format!("{{existing: {id}}}"));
    let story = story.declares([&*entry(), &by_id].concat());
    for _ in 0..3 {
        let ran = story.apply("");
        assert!(ran.exit == 4 && ran.err.contains("KW-145") && story.count() == (1, 1), "{}{}", ran.out, ran.err);
    }
}

/// Two changes at once, of the application and of its owner, are still the same three objects.
#[test]
fn an_entry_follows_another_name_with_another_owner() {
    let story = Story::of(&entry());
    story.by_hand(TO_BOB);
    story.by_hand("UPDATE applications SET name = 'till'");
    story.by_hand("UPDATE packages SET name = 'money'");
    let story = story.edited("{name: checkout}", "{name: till}").edited("payments", "money");
    let story = story.edited("{user: alice, packages", "{user: bob, packages");
    story.is_settled_with_one_key();
}

#[test]
fn a_key_that_a_person_put_in_place_of_an_entry_is_not_taken_over() {
    let story = Story::of(&entry());
    story.by_hand("UPDATE applications SET name = 'till'");
    story.remake_key("by-hand-not-a-secret-0001");
    let story = story.edited("{name: checkout}", "{name: till}");
    story.apply("");
    let by_hand = "SELECT count(*) FROM package_keys WHERE value = 'by-hand-not-a-secret-0001'";
    let count: u32 = story.database().query_row(by_hand, [], |row| row.get(0)).unwrap();
    assert_eq!(count, 1);
    let ran = story.apply("");
    assert!(!ran.out.contains("- key/"), "{}{}", ran.out, ran.err);
}

#[test]
fn an_old_name_that_is_taken_out_later_is_still_known() {
    let story = Story::of(&entry()).edited("{name: checkout}", "{name: till, previously: [checkout]}");
    story.is_settled_with_one_key();
    let story = story.edited("{name: till, previously: [checkout]}", "{name: till}");
    story.is_settled_with_one_key();
    let document = [TEAM, &KEY.replace("{prefix: chk_}", "{}")].concat();
    let story = Story::of(&document).edited("{name: k}", "{name: l, previously: [k]}");
    story.is_settled_with_one_key();
    let story = story.edited("{name: l, previously: [k]}", "{name: l}");
    story.is_settled_with_one_key();
    // Without memory, the value shows nothing.
    story.forget();
    let ran = story.apply("");
    assert!(ran.exit == 4 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
}

/// The key of an older name is retired as that of an older generation.
#[test]
fn a_rotation_ends_the_key_of_an_old_name() {
    let rotated = KEY.replace(
        "key: {generate: {prefix: chk_}}",
        "key: {generate: {}}, rotation: {every: 90d, overlap: 14d, grace: 7d}, deliver: elsewhere",
    );
    let mut story = Story::of(&[TEAM, &rotated].concat()).edited("{name: k}", "{name: l, previously: [k]}");
    story.is_settled_with_one_key();
    let ran = story.console.run("rotate key/l --auto-approve");
    assert!(ran.exit == 0 && story.count() == (1, 2), "{}{}", ran.out, ran.err);
    story = story.edited("{name: l, previously: [k]}", "{name: l}");
    let active = "SELECT count(*) FROM package_keys WHERE json_extract(attributes, '$.\"settings.status\"') = 'active'";
    for (day, keys) in [("2026-11-25", 2), ("2027-01-10", 1)] {
        story.console.now = format!("{day}T12:00:00Z");
        let ran = story.apply("");
        let living: u32 = story.database().query_row(active, [], |row| row.get(0)).unwrap();
        assert!(ran.exit == 0 && living == keys, "{day}: {living}\n{}{}", ran.out, ran.err);
    }
}

#[test]
fn a_key_that_was_made_again_by_hand_is_delivered_again_also_to_a_file_of_another_machine() {
    for (source, value) in
        [("{by: store}", "remade0not0a0secret0remade"), ("{prefix: chk_}", "chk_remade0not0a0secret0")]
    {
        let story = Story::of(&[TEAM, &delivered(source)].concat());
        story.remake_key(value);
        fs::remove_dir_all(story.folder.path().join("secrets")).unwrap();
        let ran = story.console.run("plan --detailed-exitcode");
        assert!(ran.exit == 2 && ran.out.contains("1 to deliver"), "{source}\n{}{}", ran.out, ran.err);
        story.is_settled_with_one_key();
        let file = fs::read_to_string(story.folder.path().join("secrets/k.env")).unwrap();
        assert!(file.contains(value), "{source}");
    }
    // A value that works is not replaced on a guess.
    let story = Story::of(
        &[TEAM, &delivered("{prefix: chk_}"), &KEY.replace("{name: k}", "{name: o}").replace("chk_", "oth_")].concat(),
    );
    fs::remove_dir_all(story.folder.path().join("secrets")).unwrap();
    let ran = story.console.run("plan --detailed-exitcode");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_package_does_not_go_while_a_key_of_it_lives_in_another_one() {
    for (manifest, place) in [(KEY.to_owned(), true), (entry(), false)] {
        let team = if place { [TEAM, &manifest, &ledger()].concat() } else { [&*manifest, &ledger()].concat() };
        let story = Story::of(&team);
        story.move_key_to_ledger();
        let gone = TEAM.replace("{name: payments}", "{name: payments, removed: true}");
        let gone = gone.split("---\n").take(3).collect::<Vec<_>>().join("---\n");
        let story = story.with(&[&gone, &ledger()]);
        for options in ["", "--allow package/payments"] {
            let ran = story.apply(options);
            let says = "is in application/alice/checkout and package/ledger";
            assert!(ran.exit == 3 && ran.err.contains("KW-145"), "{options}: {}{}", ran.out, ran.err);
            assert!(ran.err.contains(says) && story.count() == (1, 1), "{options}: {}{}", ran.out, ran.err);
        }
        // The help works.
        let id = story.id_of_only_key();
        let kept =
            KEY.replace("{generate: {prefix: chk_}}", &format!("{{existing: {id}}}")).replace("payments", "ledger");
        let story = story.with(&[&gone, &ledger(), &kept]);
        let ran = story.apply("--allow package/payments");
        assert!(ran.exit == 0 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
    }
}

#[test]
fn a_removed_key_that_another_hand_moved_is_removed_where_it_is_as_the_help_says() {
    let story = Story::of(&[TEAM, KEY, &ledger()].concat());
    story.move_key_to_ledger();
    let gone = KEY.replace("{name: k}", "{name: k, removed: true}");
    let story = story.with(&[TEAM, &ledger(), &gone]);
    let ran = story.apply("--allow key/k");
    let id = story.id_of_only_key();
    let help = format!(
        "declare it in application/alice/checkout and package/ledger with `key: {{existing: {id}}}` and `removed: true` instead"
    );
    assert!(ran.exit == 3 && ran.err.contains(&help) && story.count() == (1, 1), "{}{}", ran.out, ran.err);
    let gone = gone.replace("payments", "ledger").replace("{generate: {prefix: chk_}}", &format!("{{existing: {id}}}"));
    let story = story.with(&[TEAM, &ledger(), &gone]);
    let ran = story.apply("--allow key/k");
    assert!(ran.exit == 0 && story.count() == (1, 0), "{}{}", ran.out, ran.err);
}

/// Without memory and without the file, a value of the store looks like any other of its length.
#[test]
fn a_key_of_the_store_that_goes_to_another_package_is_asked_about() {
    let story = Story::of(&[TEAM, &ledger(), &KEY.replace("{prefix: chk_}", "{by: store}")].concat());
    story.forget();
    let story = story.edited("package: payments, plan: gold, key", "package: ledger, plan: gold, key");
    story.asks(&["KW-145", "key/k would be created beside key/alice/checkout/payments@"], &["key/k"]);
}

/// A user who is made again under another name while the old one goes is one decision.
#[test]
fn another_user_with_the_address_of_a_removed_one_needs_the_consent_of_the_removal_only() {
    let story = Story::of(TEAM);
    let gone = "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: alice, removed: true}\nspec: {}\n";
    let rest = TEAM.split("---\n").skip(2).collect::<Vec<_>>().join("---\n");
    let alicia = "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: alicia}\nspec: {email: alice@example.com, displayName: \
                  Alice, status: active}\n";
    let story = story.with(&[gone, "---\n", alicia, "---\n", &rest]);
    let ran = story.apply("");
    assert!(
        ran.exit == 4 && ran.err.contains("KW-140") && !ran.err.contains("--allow user/alicia"),
        "{}{}",
        ran.out,
        ran.err
    );
    let ran = story.apply("--allow user/alice");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
}

/// The consent for what `--prune` deletes says that the old key is not needed any more.
#[test]
fn a_new_key_does_not_wait_while_the_old_one_is_pruned() {
    let till = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till}\nspec: {user: alice}\n";
    let story = Story::of(&[TEAM, till, KEY].concat());
    let settings = "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  ownership: {applications: ofDeclaredUsers, \
                    packageKeys: ofDeclaredApplications}\n";
    fs::write(story.folder.path().join("keywright.yaml"), settings).unwrap();
    let new = KEY.replace("{name: k}", "{name: n}").replace("checkout", "till").replace("{prefix: chk_}", "{}");
    let without: Vec<&str> = TEAM.split("---\n").filter(|text| !text.contains("kind: Application")).collect();
    let story = story.with(&[&without.join("---\n"), till, &new]);
    let ran = story.apply("--prune");
    assert!(ran.exit == 4 && story.count() == (2, 1), "{}{}", ran.out, ran.err);
    let ran = story.apply("--prune --allow application/alice/checkout");
    assert!(ran.exit == 0 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("+ key/n"), "{}{}", ran.out, ran.err);
}
