//! Package keys: their parents and values.

use super::*;

fn pay() -> Address {
    Address::package("pay")
}

#[test]
fn a_new_key_is_active_under_its_plans_limits() {
    let world = World::new();
    let value = create_key("A.b_c:d-9").done(&world);
    assert!(value == Some(Secret::new("A.b_c:d-9")));
    let key = world.key();
    let expected =
        ["expires: never", "plan: gold", "settings.quota: plan", "settings.status: active", "settings.throttle: plan"];
    assert_eq!(fields(&key), expected);
    assert_eq!(key.address, Address::key_in_store("alice", "shop", "pay", key.id.expose()));
    assert_eq!((key.parent.clone(), &*key.name, key.created), (Some(shop()), "", Some(now())));
    let details = key.key.unwrap();
    assert!(details.package == pay() && details.value == Secret::new("A.b_c:d-9") && details.secret.is_none());
}

#[test]
fn the_store_generates_values_and_secrets_of_the_packages_length() {
    let world = World::new();
    let package = update(&world.get(&pay())).set("keyLength", Value::Number(40));
    package.set("sharedSecretLength", Value::Number(10)).done(&world);
    let mut request = create_key("").key(pay(), ValueFrom::Store);
    request.value = None;
    let value = request.done(&world).unwrap();
    assert_eq!(value.expose().len(), 40);
    let details = world.key().key.unwrap();
    assert!(details.value == value);
    assert_eq!(details.secret.unwrap().expose().len(), 10);
}

#[test]
fn no_value_is_generated_for_a_package_without_a_key_length() {
    let world = World::new();
    update(&world.get(&pay())).set("keyLength", Value::Number(0)).done(&world);
    create_key("").key(pay(), ValueFrom::Store).refused(&world, "CAM-016");
    create_key("given").done(&world);
}

#[test]
fn a_given_secret_is_kept() {
    let world = World::new();
    create_key("value").secret("fake-shared-secret").done(&world);
    assert!(world.key().key.unwrap().secret == Some(Secret::new("fake-shared-secret")));
    update(&world.key()).secret("another-one").refused(&world, "CAM-039");
    update(&world.key()).secret("fake-shared-secret").set("expires", text("2030-01-01")).done(&world);
}

#[test]
fn values_are_limited_in_characters_and_length_and_never_shown() {
    let world = World::new();
    for wrong in ["with space", "slash/", "é", "line\n", ""] {
        let reason = create_key(wrong).refused(&world, "CAM-024");
        assert!(wrong.is_empty() || !reason.contains(wrong), "{reason}");
    }
    create_key(&"a".repeat(256)).refused(&world, "CAM-024");
    create_key(&"a".repeat(255)).done(&world);
}

#[test]
fn a_value_is_unique_in_a_package() {
    let world = World::new();
    create_key("same-value").done(&world);
    let reason = create_key("same-value").refused(&world, "CAM-025");
    assert!(reason.contains("package/pay") && reason.contains("key/alice/shop/pay@"), "{reason}");
    assert!(!reason.contains("same-value"), "{reason}");
    create(Address::package("cards")).done(&world);
    create(Address::plan("cards", "gold")).done(&world);
    create_key("same-value").key(Address::package("cards"), ValueFrom::Given).done(&world);
    assert_eq!(world.all(Kind::PackageKey).len(), 2);
}

#[test]
fn a_key_needs_a_value() {
    let world = World::new();
    let mut request = create_key("value");
    request.value = None;
    assert_eq!(request.perform(&world.0).err().unwrap().kind, RefusalKind::Unavailable);
    request.change.target.key = None;
    assert_eq!(request.perform(&world.0).err().unwrap().kind, RefusalKind::Unavailable);
    assert!(world.all(Kind::PackageKey).is_empty());
}

#[test]
fn only_an_active_user_gets_a_key() {
    let world = World::new();
    for status in ["disabled", "waiting"] {
        create_user(status).set("status", text(status)).done(&world);
        create(Address::application(status, "app")).done(&world);
        let reason = create_key("v").below(Address::application(status, "app")).refused(&world, "CAM-034");
        assert!(reason.starts_with(&format!("user/{status} is {status}")), "{reason}");
    }
    create_key("v").done(&world);
}

#[test]
fn application_package_and_plan_must_exist_and_fit() {
    let world = World::new();
    create(Address::package("cards")).done(&world);
    create(Address::plan("cards", "silver")).done(&world);
    let reason = create_key("v").set("plan", text("silver")).refused(&world, "CAM-023");
    assert_eq!(reason, "package/pay has no plan/pay/silver; a key's plan must belong to its package");
    create_key("v").key(Address::package("none"), ValueFrom::Given).refused(&world, "CAM-023");
    create_key("v").below(Address::application("alice", "none")).refused(&world, "CAM-023");
    let mut request = create_key("v");
    request.change.fields.clear();
    request.refused(&world, "CAM-023");
}

#[test]
fn value_package_and_application_never_change() {
    let world = World::new();
    create(Address::package("cards")).done(&world);
    create(Address::application("alice", "other")).done(&world);
    create_key("value").done(&world);
    let key = world.key();
    update(&key).value("other").refused(&world, "CAM-038");
    update(&key).key(Address::package("cards"), ValueFrom::Kept).refused(&world, "CAM-036");
    update(&key).below(Address::application("alice", "other")).refused(&world, "CAM-037");
    update(&key).key(pay(), ValueFrom::Given).value("value").set("expires", text("2030-01-01")).done(&world);
}

#[test]
fn the_value_of_a_deleted_key_can_be_used_again() {
    let world = World::new();
    create_key("value").done(&world);
    delete(&world.key()).done(&world);
    assert!(world.all(Kind::PackageKey).is_empty());
    create_key("value").done(&world);
}
