//! Replacing a package key: delete and create, both or neither.

use super::*;

fn cards() -> Address {
    Address::package("cards")
}

fn world() -> World {
    let world = World::new();
    create(cards()).done(&world);
    create(Address::plan("cards", "black")).done(&world);
    create_key("value").secret("fake-secret").set("settings.quota", Value::Number(7)).done(&world);
    world
}

fn replace(key: &LiveObject, package: Address, value: ValueFrom) -> Request {
    change(Action::Replace, key).key(package, value)
}

#[test]
fn a_key_that_moves_to_another_package_keeps_its_value_and_its_settings() {
    let world = world();
    let old = world.key();
    let value = replace(&old, cards(), ValueFrom::Kept).set("plan", text("black")).done(&world);
    assert!(value == Some(Secret::new("value")));
    let new = world.key();
    assert!(new.id != old.id);
    assert_eq!(new.attributes.text("plan"), Some("black"));
    assert_eq!(new.attributes.get("settings.quota"), Some(&Value::Number(7)));
    let details = new.key.unwrap();
    assert!(details.package == cards() && details.value == Secret::new("value"));
    assert!(details.secret == Some(Secret::new("fake-secret")));
}

#[test]
fn a_key_can_be_replaced_by_one_of_the_same_value_in_the_same_package() {
    let world = world();
    create(Address::application("alice", "other")).done(&world);
    let request = replace(&world.key(), Address::package("pay"), ValueFrom::Kept);
    request.below(Address::application("alice", "other")).done(&world);
    assert_eq!(world.key().parent, Some(Address::application("alice", "other")));
}

#[test]
fn a_new_value_comes_from_outside_or_from_the_store() {
    let world = world();
    let pay = Address::package("pay");
    let given = replace(&world.key(), pay.clone(), ValueFrom::Given).value("next").done(&world);
    assert!(given == Some(Secret::new("next")));
    assert!(world.key().key.unwrap().secret.is_none(), "a secret does not outlive its value");
    let minted = replace(&world.key(), pay, ValueFrom::Store).done(&world).unwrap();
    assert_eq!(minted.expose().len(), 24);
}

#[test]
fn a_replace_that_is_refused_leaves_the_old_key() {
    let world = world();
    let key = world.key();
    let refused = |request: Request, rule| {
        request.refused(&world, rule);
        assert!(world.key().id == key.id);
    };
    refused(replace(&key, cards(), ValueFrom::Kept), "CAM-023");
    refused(replace(&key, cards(), ValueFrom::Given).set("plan", text("black")).value("no good"), "CAM-024");
    create_user("bob").done(&world);
    create(Address::application("bob", "app")).done(&world);
    let to_bob = replace(&key, Address::package("pay"), ValueFrom::Kept).below(Address::application("bob", "app"));
    refused(to_bob, "CAM-034");
}
