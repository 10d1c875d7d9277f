//! Applications.

use super::*;

#[test]
fn a_new_application_belongs_to_its_user() {
    let world = World::new();
    let application = world.get(&shop());
    assert_eq!(fields(&application), ["ads: false", "commercial: false"]);
    assert_eq!(application.parent, Some(Address::user("alice")));
    assert_eq!(&*application.name, "shop");
    create(Address::application("alice", "a/b % c")).set("ads", Value::Bool(true)).done(&world);
    let invalid = world.get(&Address::application("alice", "a/b % c"));
    assert!(invalid.attributes.flag("ads"));
}

#[test]
fn an_application_needs_an_existing_user() {
    let world = World::new();
    let reason = create(Address::application("bob", "shop")).refused(&world, "CAM-009");
    assert_eq!(reason, "user/bob is not in the store");
    request(Action::Create, shop(), "shop").refused(&world, "CAM-009");
    create_user("bob").done(&world);
    create(Address::application("bob", "shop")).done(&world);
}

#[test]
fn names_are_unique_below_a_user_and_not_too_long() {
    let world = World::new();
    create(shop()).refused(&world, "CAM-011");
    let named = |name: &str| create(Address::application("alice", name));
    named(&"é".repeat(128)).refused(&world, "CAM-010");
    named(&"é".repeat(127)).done(&world);
    request(Action::Create, shop(), "").below(Address::user("alice")).refused(&world, "CAM-010");
    named("other").done(&world);
    let other = world.get(&Address::application("alice", "other"));
    update(&other).set("name", text("shop")).refused(&world, "CAM-011");
    update(&other).set("name", text("")).refused(&world, "CAM-010");
}

#[test]
fn a_rename_keeps_the_id_and_the_keys() {
    let world = World::new();
    create_key("value").done(&world);
    let before = world.get(&shop());
    update(&before).set("name", text("store")).set("description", text("new")).done(&world);
    let after = world.get(&Address::application("alice", "store"));
    assert!(before.id == after.id);
    assert_eq!(after.attributes.text("description"), Some("new"));
    assert_eq!(world.key().parent, Some(after.address));
}

#[test]
fn the_owner_never_changes() {
    let world = World::new();
    create_user("bob").done(&world);
    let application = world.get(&shop());
    let moved = update(&application).below(Address::user("bob")).set("notes", text("x"));
    assert!(moved.refused(&world, "CAM-013").contains("user/bob"));
    update(&application).set("notes", text("x")).done(&world);
}

#[test]
fn an_application_with_keys_is_not_deleted() {
    let world = World::new();
    create_key("value").done(&world);
    let key = world.key();
    let reason = delete(&world.get(&shop())).refused(&world, "CAM-044");
    assert_eq!(reason, format!("{} must be deleted first", key.address));
    delete(&key).done(&world);
    delete(&world.get(&shop())).done(&world);
    assert!(world.all(Kind::Application).is_empty());
}
