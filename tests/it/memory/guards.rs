//! What `--prune` deletes in an area that other programs fill too.

use serde_json::json;

use super::wild::PARENTS;
use super::wild::Wild;
use crate::emulator::caller::id;

const OWNS: &str = "  ownership: {users: all, applications: all, packages: all, plans: all, packageKeys: all}\n";

fn exists(wild: &Wild, path: &str) -> bool {
    wild.emulator.get(path).status == 200
}

/// A fresh machine deletes nothing that it did not see declared; with consent for the user, what hangs on it goes too.
#[test]
fn a_machine_without_memory_prunes_nothing_without_consent() {
    let wild = Wild::new(OWNS);
    let alice = PARENTS.split("---\n").skip(2).collect::<Vec<_>>().join("---\n");
    wild.world.write(&alice);
    let said = wild.apply(&["--prune"]);
    assert!(said.exit == 4 && said.text.contains("KW-110"), "{}", said.text);
    assert!(
        said.text.contains("allow the rest with --allow user/alice; the database knows no objects"),
        "{}",
        said.text
    );
    let also = "the consent for a user also allows losing the username (KW-106) and the last active keys (KW-105)";
    assert!(said.text.contains(also), "{}", said.text);
    assert!(exists(&wild, &format!("/packageKeys/{}", wild.key)));
    let said = wild.apply(&["--prune", "--allow", "user/alice"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    assert!(!exists(&wild, &format!("/packageKeys/{}", wild.key)));
}

/// What the workspace applied is known, also after the area moved, and goes without consent; what a person adds does not.
#[test]
fn what_was_applied_goes_without_consent_and_what_others_add_does_not() {
    let wild = Wild::new(OWNS);
    let more = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till}\nspec: {user: alice}\n";
    let all = format!("{PARENTS}{}", wild.key_manifest(""));
    wild.world.write(&format!("{all}{more}"));
    assert_eq!(wild.apply(&[]).exit, 0);
    let members = wild.emulator.get("/members").json();
    let alice = members[0]["id"].as_str().unwrap().to_owned();
    let theirs = id(&wild.emulator.post(&format!("/members/{alice}/applications"), json!({"name": "theirs"})));
    wild.world.write(&all);
    let said = wild.apply(&["--prune"]);
    assert!(said.exit == 4 && said.text.contains("--allow application/alice/theirs;"), "{}", said.text);
    assert!(!said.text.contains("--allow application/alice/till"), "{}", said.text);
    assert!(said.text.contains("done     - application/alice/till"), "{}", said.text);
    assert!(said.text.contains("Applied: 1 done, 1 held."), "{}", said.text);
    assert!(exists(&wild, &format!("/applications/{theirs}")));
    assert_eq!(wild.emulator.delete(&format!("/applications/{theirs}")).status, 200);
    let said = wild.apply(&["--prune"]);
    assert!(said.exit == 0 && said.text.contains("Nothing to do"), "{}", said.text);
}

#[test]
fn a_protected_key_stays_when_its_manifest_goes() {
    let wild = Wild::new(OWNS);
    wild.world.write(&format!("{PARENTS}{}", wild.key_manifest(", protect: true")));
    assert_eq!(wild.apply(&[]).exit, 0);
    wild.world.write(PARENTS);
    let said = wild.apply(&["--prune", "--allow", "application/alice/shop"]);
    assert!(
        said.exit == 4 && said.text.contains("KW-109") && said.text.contains("--allow key/shop-key"),
        "{}",
        said.text
    );
    assert!(exists(&wild, &format!("/packageKeys/{}", wild.key)));
    let said = wild.apply(&["--prune", "--allow", "application/alice/shop", "--allow", "key/shop-key"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    assert!(!exists(&wild, &format!("/packageKeys/{}", wild.key)));
}

/// A package of API Control Plane is recognized once, and stays recognized when its sign is gone.
#[test]
fn what_api_control_plane_made_is_never_pruned() {
    let wild = Wild::new(OWNS);
    wild.world.write(&format!("{PARENTS}{}", wild.key_manifest("")));
    let package = id(&wild.emulator.post("/packages", json!({"name": "published", "keyLength": 64})));
    let path = format!("/packages/{package}");
    assert_eq!(wild.apply(&[]).exit, 0);
    assert!(
        wild.rows().iter().any(|row| row.1 == "package/published" && row.2 == "control plane"),
        "{:?}",
        wild.rows()
    );
    wild.emulator.put(&path, json!({"keyLength": 24})).ok();
    let said = wild.apply(&["--prune"]);
    assert!(said.exit == 0 && said.text.contains("never deleted (KW-111)"), "{}", said.text);
    assert!(exists(&wild, &path));
}

/// The service deletes keys together with their application, so a plan goes stale with a new key in it.
#[test]
fn a_key_that_was_made_after_the_plan_does_not_die_with_its_application() {
    let wild = Wild::new(OWNS);
    let till = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till}\nspec: {user: alice}\n";
    let all = format!("{PARENTS}{}", wild.key_manifest(""));
    wild.world.write(&format!("{all}{till}"));
    assert_eq!(wild.apply(&[]).exit, 0);
    wild.world.write(&all);
    let file = wild.world.path().join("plan").to_str().unwrap().to_owned();
    let said = wild.world.keywright(&["plan", "--prune", "--out", &file]);
    assert!(said.exit == 0 && said.text.contains("2 checks, 1 delete"), "{}", said.text);
    let applications = wild.emulator.get("/applications?filter=name:till").json();
    let till = applications[0]["id"].as_str().unwrap().to_owned();
    let body =
        json!({"apikey": "not-a-real-key-2", "package": {"id": wild.ids.package}, "plan": {"id": wild.ids.plan}});
    let key = id(&wild.emulator.post(&format!("/applications/{till}/packageKeys"), body));
    let said = wild.world.keywright(&["apply", &file, "-f"]);
    assert!(said.exit == 5 && said.text.contains("which was not there when the plan was made"), "{}", said.text);
    assert!(said.text.contains(&key) && exists(&wild, &format!("/packageKeys/{key}")), "{}", said.text);
    assert_eq!(wild.emulator.delete(&format!("/packageKeys/{key}")).status, 200);
    let said = wild.world.keywright(&["apply", &file, "-f"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    assert!(!exists(&wild, &format!("/applications/{till}")));
}

/// Two keys of one application and package go: the consent for one is none for the other.
#[test]
fn each_of_the_last_keys_needs_consent() {
    let wild = Wild::new(OWNS);
    let other =
        id(&wild.emulator.key(&wild.ids, json!({"apikey": "second-value-that-is-not-real", "status": "active"})));
    let second = wild.key_manifest("").replace("shop-key", "second").replace(&wild.key, &other);
    wild.world.write(&format!("{PARENTS}{}{second}", wild.key_manifest("")));
    assert_eq!(wild.apply(&[]).exit, 0);
    wild.world.write(PARENTS);
    let addresses = [&wild.key, &other].map(|id| format!("key/alice/shop/pay@{id}"));
    let said = wild.apply(&["--prune", "--allow", &addresses[0]]);
    assert!(said.exit == 4 && said.text.contains("KW-105"), "{}", said.text);
    assert!(said.text.contains(&format!("allow it with --allow {}, or", addresses[1])), "{}", said.text);
    let live = || [&wild.key, &other].map(|id| exists(&wild, &format!("/packageKeys/{id}")));
    assert_eq!(live(), [false, true], "{}", said.text);
    let said = wild.apply(&["--prune"]);
    assert!(said.exit == 4 && live() == [false, true], "{}", said.text);
    let said = wild.apply(&["--prune", "--allow", &addresses[1]]);
    assert!(said.exit == 0 && live() == [false, false], "{}", said.text);
}

/// The plan says which objects go only because of the consent for the user, and every help can be copied into a shell.
#[test]
fn a_consent_for_a_user_says_what_else_goes_with_it() {
    let wild = Wild::new(OWNS);
    let members = wild.emulator.get("/members").json();
    let alice = members[0]["id"].as_str().unwrap().to_owned();
    let theirs = id(&wild.emulator.post(&format!("/members/{alice}/applications"), json!({"name": "my shop"})));
    let key = json!({"apikey": "spaced-value-that-is-not-real", "status": "active", "package": {"id": wild.ids.package}, "plan": {"id": wild.ids.plan}});
    let _ = id(&wild.emulator.post(&format!("/applications/{theirs}/packageKeys"), key));
    wild.world.write(&format!("{PARENTS}{}", wild.key_manifest("")));
    assert_eq!(wild.apply(&[]).exit, 0);
    let said = wild.apply(&["--prune"]);
    assert!(said.exit == 4 && said.text.contains("allow it with --allow 'application/alice/my shop'"), "{}", said.text);
    assert!(!said.text.contains("--allow application/alice/my shop"), "{}", said.text);
    wild.world.write(&PARENTS.split("---\n").skip(2).collect::<Vec<_>>().join("---\n"));
    let said = wild.world.keywright(&["plan", "--prune", "--allow", "user/alice"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    let marked = said.text.matches("not known as declared, included in --allow user/alice").count();
    assert_eq!(marked, 2, "{}", said.text);
}
