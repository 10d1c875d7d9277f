//! What `plan --verbose` and `runs show` say about memory.

use serde_json::json;

use super::wild::PARENTS;
use super::wild::Wild;

const OWNS: &str = "  ownership: {packageKeys: ofDeclaredApplications}\n";

#[test]
fn a_verbose_plan_says_what_comes_from_memory_and_lists_undeclared_keys() {
    let wild = Wild::new(OWNS);
    wild.world.write(&format!("{PARENTS}{}", wild.key_manifest(", protect: true")));
    let said = wild.world.keywright(&["plan", "--verbose"]);
    assert!(said.text.contains("remembers no object of this store"), "{}", said.text);
    assert_eq!(wild.apply(&[]).exit, 0);
    // Another client creates two keys in the slot, and the manifest of the first is removed.
    for value in ["another-fake-value-1", "another-fake-value-2"] {
        wild.emulator.key(&wild.ids, json!({"apikey": value, "status": "active"}));
    }
    wild.world.write(PARENTS);
    let said = wild.world.keywright(&["plan"]);
    assert!(said.text.contains("3 keys: ") && !said.text.contains(&wild.key), "{}", said.text);
    let said = wild.world.keywright(&["plan", "--verbose"]);
    let listed = said.text.lines().filter(|line| line.starts_with("  key/alice/shop/pay@")).count();
    assert_eq!(listed, 3, "{}", said.text);
    assert!(said.text.contains("5 objects known as declared, 0 made by Keywright, 1 protected"), "{}", said.text);
    let said = wild.world.keywright(&["plan", "--prune", "--verbose"]);
    let known =
        format!("key/alice/shop/pay@{}: declared as key/shop-key, made by another program, protected", wild.key);
    assert!(said.text.contains(&known), "{}", said.text);
}

#[test]
fn a_run_shows_what_it_recorded() {
    let wild = Wild::new("");
    let more = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: till, protect: true}\nspec: {user: alice}\n";
    wild.world.write(&format!("{PARENTS}{more}"));
    assert_eq!(wild.apply(&[]).exit, 0);
    let said = wild.world.here(&["runs", "show", "1"]);
    assert!(said.text.contains("Remembered since this run:"), "{}", said.text);
    assert!(said.text.contains("application/alice/till: made by Keywright, protected"), "{}", said.text);
    assert!(said.text.contains("user/alice: made by another program\n"), "{}", said.text);
    let said = wild.world.here(&["runs", "show", "1", "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&said.text).unwrap();
    let remembered = shown["remembered"].as_array().unwrap();
    let till = json!({"address": "application/alice/till", "maker": "keywright", "protect": true});
    let alice = json!({"address": "user/alice", "maker": "other", "protect": false});
    assert!(remembered.contains(&till) && remembered.contains(&alice), "{}", said.text);
}
