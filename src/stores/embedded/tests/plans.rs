//! Plans.

use super::*;

fn gold() -> Address {
    Address::plan("pay", "gold")
}

#[test]
fn a_new_plan_has_the_vendors_defaults() {
    let world = World::new();
    let plan = world.get(&gold());
    let expected = [
        "adminKeyProvisioningEnabled: true",
        "maxNumKeysAllowed: 4",
        "numKeysBeforeReview: 0",
        "quota.calls: 5000",
        "quota.keyOverride: true",
        "quota.per: day",
        "responseFilterOverrideAllowed: true",
        "selfServiceKeyProvisioningEnabled: true",
        "status: active",
        "throttle.keyOverride: true",
        "throttle.perSecond: 2",
    ];
    assert_eq!(fields(&plan), expected);
    assert_eq!(plan.parent, Some(Address::package("pay")));
}

#[test]
fn limits_are_numbers_or_unlimited() {
    let world = World::new();
    let request = create(Address::plan("pay", "free"))
        .set("throttle.perSecond", text("unlimited"))
        .set("quota.calls", Value::Number(0))
        .set("quota.per", text("month"))
        .set("roles", Value::set(["Member"]));
    request.done(&world);
    let plan = world.get(&Address::plan("pay", "free"));
    assert_eq!(plan.attributes.text("throttle.perSecond"), Some("unlimited"));
    assert_eq!(plan.attributes.get("quota.calls"), Some(&Value::Number(0)));
    update(&plan).set("quota.calls", Value::Number(-1)).refused(&world, "CAM-020");
    update(&plan).set("quota.per", text("week")).refused(&world, "CAM-019");
    update(&plan).set("roles", Value::set(["Wizard"])).refused(&world, "CAM-047");
    update(&plan).set("status", text("inactive")).done(&world);
}

#[test]
fn a_plan_needs_an_existing_package_and_stays_in_it() {
    let world = World::new();
    create(Address::plan("cards", "gold")).refused(&world, "CAM-022");
    request(Action::Create, gold(), "gold").refused(&world, "CAM-022");
    create(Address::package("cards")).done(&world);
    create(Address::plan("cards", "gold")).done(&world);
    update(&world.get(&gold())).below(Address::package("cards")).refused(&world, "CAM-022");
}

#[test]
fn names_are_unique_below_a_package_and_not_too_long() {
    let world = World::new();
    create(gold()).refused(&world, "CAM-018");
    create(Address::plan("pay", &"p".repeat(256))).refused(&world, "CAM-018");
    create(Address::plan("pay", "silver")).done(&world);
    let silver = world.get(&Address::plan("pay", "silver"));
    update(&silver).set("name", text("gold")).refused(&world, "CAM-018");
    update(&silver).set("name", text("bronze")).done(&world);
    assert!(world.get(&Address::plan("pay", "bronze")).id == silver.id);
}

#[test]
fn a_rename_shows_in_the_keys() {
    let world = World::new();
    create_key("value").done(&world);
    update(&world.get(&gold())).set("name", text("platinum")).done(&world);
    assert_eq!(world.key().attributes.text("plan"), Some("platinum"));
}

#[test]
fn a_plan_with_keys_is_not_deleted() {
    let world = World::new();
    create_key("value").done(&world);
    let key = world.key();
    let reason = delete(&world.get(&gold())).refused(&world, "CAM-045");
    assert_eq!(reason, format!("{} must be deleted first", key.address));
    delete(&key).done(&world);
    delete(&world.get(&gold())).done(&world);
    assert!(world.all(Kind::Plan).is_empty());
}
