//! Packages.

use super::*;

fn pay() -> Address {
    Address::package("pay")
}

#[test]
fn a_new_package_has_the_vendors_defaults() {
    let world = World::new();
    let expected = [
        "keyLength: 24",
        "nearQuotaThreshold: 50",
        "notifyAdminNearQuota: false",
        "notifyAdminOverQuota: false",
        "notifyAdminOverThrottle: false",
        "notifyAdminPeriod: day",
        "notifyDeveloperNearQuota: false",
        "notifyDeveloperOverQuota: false",
        "notifyDeveloperOverThrottle: false",
        "notifyDeveloperPeriod: day",
        "sharedSecretLength: 0",
    ];
    assert_eq!(fields(&world.get(&pay())), expected);
}

#[test]
fn every_field_of_a_package_is_stored() {
    let world = World::new();
    let emails = Value::set(["b@example.com", "a@example.com"]);
    update(&world.get(&pay()))
        .set("notifyAdminEmails", emails.clone())
        .set("keyLength", Value::Number(64))
        .set("notifyAdminNearQuota", Value::Bool(true))
        .set("eav.cost centre", text("7"))
        .done(&world);
    let package = world.get(&pay());
    assert_eq!(package.attributes.get("notifyAdminEmails"), Some(&emails));
    assert_eq!(package.attributes.get("keyLength"), Some(&Value::Number(64)));
    assert!(package.attributes.flag("notifyAdminNearQuota"));
    assert_eq!(package.attributes.text("eav.cost centre"), Some("7"));
    update(&package).clear("keyLength").set("notifyAdminEmails", Value::set::<&str>([])).done(&world);
    let package = world.get(&pay());
    assert_eq!(package.attributes.get("keyLength"), Some(&Value::Number(24)));
    assert_eq!(package.attributes.get("notifyAdminEmails"), None);
}

#[test]
fn names_are_unique_and_not_too_long() {
    let world = World::new();
    create(pay()).refused(&world, "CAM-014");
    create(Address::package(&"p".repeat(256))).refused(&world, "CAM-014");
    request(Action::Create, pay(), "").refused(&world, "CAM-014");
    create(Address::package("other")).done(&world);
    let other = world.get(&Address::package("other"));
    update(&other).set("name", text("pay")).refused(&world, "CAM-014");
    update(&other).set("name", text("cards")).done(&world);
    assert!(world.get(&Address::package("cards")).id == other.id);
}

#[test]
fn fields_are_checked_on_updates_too() {
    let world = World::new();
    let package = world.get(&pay());
    update(&package).set("keyAdapter", text("x")).refused(&world, "CAM-017");
    update(&package).set("notifyAdminPeriod", text("year")).refused(&world, "CAM-015");
    update(&package).set("shape", text("round")).refused(&world, "KW-005");
}

#[test]
fn a_package_with_keys_or_plans_is_not_deleted() {
    let world = World::new();
    create_key("value").done(&world);
    delete(&world.get(&pay())).refused(&world, "CAM-045");
    delete(&world.key()).done(&world);
    let reason = delete(&world.get(&pay())).refused(&world, "CAM-044");
    assert_eq!(reason, "plan/pay/gold must be deleted first");
    delete(&world.get(&Address::plan("pay", "gold"))).done(&world);
    delete(&world.get(&pay())).done(&world);
    assert!(world.all(Kind::Package).is_empty());
    create(pay()).done(&world);
}

#[test]
fn only_keys_can_be_replaced() {
    let world = World::new();
    for address in [pay(), Address::plan("pay", "gold"), Address::user("alice"), shop()] {
        let object = world.get(&address);
        let refusal = super::change(Action::Replace, &object).perform(&world.0).err().unwrap();
        assert!(refusal.reason.contains("only package keys"), "{refusal:?}");
    }
}
