//! API keys of Managed File Transfer.

use super::*;

fn orders() -> Address {
    Address::api_key("orders")
}

#[test]
fn a_new_api_key_never_expires() {
    let world = World::empty();
    assert!(create_api_key("orders").done(&world).is_none());
    let key = world.get(&orders());
    assert_eq!(fields(&key), ["enabled: true", "expires: never"]);
    assert_eq!((&*key.name, key.parent.is_none(), key.key.is_none()), ("orders", true, true));
}

#[test]
fn every_field_of_an_api_key_is_stored_and_can_change() {
    let world = World::empty();
    create_api_key("orders")
        .set("allowedApis", Value::set(["audit", "billing"]))
        .set("allowedOrgs", Value::set(["id:41", "ACME"]))
        .set("expires", text("2027-06-30T00:00:00Z"))
        .done(&world);
    let key = world.get(&orders());
    let expected = [
        "allowedApis: [audit, billing]",
        "allowedOrgs: [ACME, id:41]",
        "enabled: true",
        "expires: 2027-06-30T00:00:00Z",
    ];
    assert_eq!(fields(&key), expected);
    change(Action::Disable, &key).set("enabled", Value::Bool(false)).done(&world);
    update(&world.get(&orders())).set("allowedApis", Value::set::<&str>([])).clear("expires").done(&world);
    let expected = ["allowedOrgs: [ACME, id:41]", "enabled: false", "expires: never"];
    assert_eq!(fields(&world.get(&orders())), expected);
}

#[test]
fn names_are_clean_unique_and_fixed() {
    let world = World::empty();
    create_api_key("orders").done(&world);
    create_api_key("orders").refused(&world, "MFT-002");
    create_api_key("Orders").done(&world);
    for name in ["", " x", "x ", "a\nb"] {
        request(Action::Create, orders(), name).set("enabled", Value::Bool(true)).refused(&world, "MFT-001");
    }
    let refusal = update(&world.get(&orders())).set("name", text("bills")).perform(&world.0).err().unwrap();
    assert!(refusal.reason.contains("name"), "{refusal:?}");
}

#[test]
fn fields_are_checked() {
    let world = World::empty();
    create(orders()).refused(&world, "MFT-006");
    create_api_key("orders").set("expires", text("tomorrow")).refused(&world, "MFT-013");
    create_api_key("orders").done(&world);
    update(&world.get(&orders())).clear("enabled").refused(&world, "MFT-006");
}

#[test]
fn an_api_key_cannot_be_deleted() {
    let world = World::empty();
    create_api_key("orders").done(&world);
    let refusal = delete(&world.get(&orders())).perform(&world.0).err().unwrap();
    assert!(refusal.reason.contains("cannot delete"), "{refusal:?}");
    assert!(refusal.help.unwrap().contains("portal"));
    world.get(&orders());
}
