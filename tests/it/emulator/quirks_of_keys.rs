//! Quirks of package keys.

use serde_json::json;

use super::caller::id;
use super::quirks::quirky;

#[test]
fn initial_status_of_a_new_key() {
    let emulator = quirky("status-ignored-on-create");
    let world = emulator.world();
    let made = emulator.key(&world, json!({"status": "active"})).ok();
    assert_eq!(made["status"], "waiting");
    let path = format!("/packageKeys/{}", made["id"].as_str().unwrap());
    assert_eq!(emulator.put(&path, json!({"status": "active"})).ok()["status"], "active");

    let emulator = quirky("secret-required");
    let world = emulator.world();
    assert_eq!(emulator.key(&world, json!({})).refused().0, "secret");
    assert_eq!(emulator.key(&world, json!({"secret": "fake-secret"})).status, 200);
}

#[test]
fn how_a_key_is_returned() {
    let emulator = quirky("null-limits");
    let world = emulator.world();
    assert_eq!(emulator.key(&world, json!({"qpsLimitCeiling": 3})).ok()["rateLimitCeiling"], json!(null));

    for (quirk, end) in [("expires-with-time", "2027-06-30T00:00:00Z"), ("expires-with-time=2", "2027-06-29T22:00:00Z")]
    {
        let emulator = quirky(quirk);
        let world = emulator.world();
        let id = id(&emulator.key(&world, json!({"expires": "2027-06-30"})));
        assert_eq!(emulator.get(&format!("/packageKeys/{id}?fields=expires")).ok()["expires"], end);
    }

    let emulator = quirky("expired-keys-disabled");
    let world = emulator.world();
    assert_eq!(emulator.key(&world, json!({"expires": "2001-01-01"})).ok()["status"], "disabled");
    assert_eq!(emulator.key(&world, json!({"expires": "2999-01-01"})).ok()["status"], "active");
}

#[test]
fn values_that_clear_the_expiry_date() {
    for (quirk, value) in [("expires-keeps-on-null", json!(null)), ("expires-keeps-on-empty", json!(""))] {
        let emulator = quirky(quirk);
        let world = emulator.world();
        let id = id(&emulator.key(&world, json!({"expires": "2027-06-30"})));
        let path = format!("/packageKeys/{id}?fields=expires");
        assert_eq!(emulator.put(&path, json!({"expires": value})).ok()["expires"], "2027-06-30", "{quirk}");
        let other = if value.is_null() { json!("") } else { json!(null) };
        assert_eq!(emulator.put(&path, json!({"expires": other})).ok()["expires"], json!(null), "{quirk}");
    }
}

#[test]
fn how_many_keys_a_member_has() {
    let small = json!({"maxNumKeysAllowed": 1, "numKeysBeforeReview": 1});
    let begin = |quirk: &str| {
        let emulator = quirky(quirk);
        let world = emulator.world();
        emulator.put(&format!("/packages/{}/plans/{}", world.package, world.plan), small.clone()).ok();
        let first = emulator.key(&world, json!({})).ok();
        assert_eq!(first["status"], "active", "{quirk}");
        (emulator, world, first["id"].as_str().unwrap().to_owned())
    };
    let (emulator, world, _) = begin("maximum-enforced");
    assert_eq!(emulator.key(&world, json!({})).refused().0, "plan");
    let (emulator, mut world, _) = begin("plan-maximum-enforced");
    let bob = json!({"username": "bob", "email": "b@example.com", "displayName": "B", "areaStatus": "active"});
    let bob = id(&emulator.post("/members", bob));
    world.application = id(&emulator.post(&format!("/members/{bob}/applications"), json!({"name": "shop"})));
    assert_eq!(emulator.key(&world, json!({})).refused().0, "plan");
    let (emulator, world, _) = begin("review-enforced");
    assert_eq!(emulator.key(&world, json!({})).ok()["status"], "waiting");
    let (emulator, world, first) = begin("deleted-keys-count");
    assert_eq!(emulator.delete(&format!("/packageKeys/{first}")).status, 200);
    assert_eq!(emulator.key(&world, json!({})).ok()["status"], "waiting");
}

#[test]
fn plans_that_a_key_changes_to_or_is_made_for() {
    for (quirk, field, after) in [
        ("plan-change-resets-limits", "qpsLimitCeiling", json!(0)),
        ("plan-change-resets-expiry", "expires", json!(null)),
    ] {
        let emulator = quirky(quirk);
        let world = emulator.world();
        let silver = id(&emulator.post(&format!("/packages/{}/plans", world.package), json!({"name": "silver"})));
        let key = id(&emulator.key(&world, json!({"qpsLimitCeiling": 5, "expires": "2027-06-30"})));
        let path = format!("/packageKeys/{key}?fields={field}");
        let unmoved = emulator.put(&path, json!({"plan": {"id": world.plan}})).ok();
        assert_ne!(unmoved[field], after, "{quirk}");
        assert_eq!(emulator.put(&path, json!({"plan": {"id": silver}})).ok()[field], after, "{quirk}");
    }
    let emulator = quirky("inactive-plan-refuses");
    let world = emulator.world();
    emulator.put(&format!("/packages/{}/plans/{}", world.package, world.plan), json!({"status": "inactive"})).ok();
    assert_eq!(emulator.key(&world, json!({})).refused().0, "plan");
}

#[test]
fn values_that_are_there_once_in_all() {
    let emulator = quirky("global-key-values");
    let mut world = emulator.world();
    emulator.key(&world, json!({"apikey": "fake-key"})).ok();
    world.package = id(&emulator.post("/packages", json!({"name": "other"})));
    world.plan = id(&emulator.post(&format!("/packages/{}/plans", world.package), json!({"name": "gold"})));
    assert!(emulator.key(&world, json!({"apikey": "fake-key"})).refused().1.contains("duplicate value"));
}

#[test]
fn keys_of_a_disabled_member_are_gone() {
    let emulator = quirky("disable-removes-keys");
    let world = emulator.world();
    let key = id(&emulator.key(&world, json!({})));
    emulator.put(&format!("/members/{}", world.member), json!({"areaStatus": "disabled"})).ok();
    assert_eq!(emulator.get(&format!("/packageKeys/{key}")).status, 404);
}
