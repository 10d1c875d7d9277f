//! Package keys: status, limits, plan and expiry.

use super::*;

fn gold(world: &World) -> crate::model::LiveObject {
    world.get(&Address::plan("pay", "gold"))
}

#[test]
fn a_key_never_goes_back_to_waiting() {
    let world = World::new();
    create_key("value").set("settings.status", text("waiting")).done(&world);
    update(&world.key()).set("settings.status", text("waiting")).set("expires", text("2030-01-01")).done(&world);
    for status in ["active", "disabled", "active"] {
        update(&world.key()).set("settings.status", text(status)).done(&world);
        update(&world.key()).set("settings.status", text("waiting")).refused(&world, "CAM-031");
    }
}

#[test]
fn the_key_of_a_disabled_user_cannot_be_enabled() {
    let world = World::new();
    create_key("value").done(&world);
    let alice = Address::user("alice");
    change(Action::Disable, &world.get(&alice)).set("status", text("disabled")).done(&world);
    let on = |world: &World| change(Action::Enable, &world.key()).set("settings.status", text("active"));
    on(&world).refused(&world, "CAM-034");
    update(&world.key()).set("expires", text("2030-01-01")).done(&world);
    change(Action::Enable, &world.get(&alice)).set("status", text("active")).done(&world);
    on(&world).done(&world);
    assert_eq!(world.key().attributes.text("settings.status"), Some("active"));
}

#[test]
fn own_limits_need_the_plans_permission() {
    let cases = [("throttle.keyOverride", "settings.throttle"), ("quota.keyOverride", "settings.quota")];
    for (permission, setting) in cases {
        let world = World::new();
        update(&gold(&world)).set(permission, Value::Bool(false)).done(&world);
        for own in [Value::Number(5), text("unlimited")] {
            let reason = create_key("v").set(setting, own).refused(&world, "CAM-027");
            assert!(reason.contains("plan/pay/gold") && reason.contains(setting), "{reason}");
        }
        create_key("v").set(setting, text("plan")).done(&world);
        update(&world.key()).set(setting, Value::Number(5)).refused(&world, "CAM-027");
        update(&gold(&world)).set(permission, Value::Bool(true)).done(&world);
        update(&world.key()).set(setting, Value::Number(5)).done(&world);
        assert_eq!(world.key().attributes.get(setting), Some(&Value::Number(5)));
    }
}

#[test]
fn a_key_keeps_its_limit_when_the_plan_withdraws_the_permission() {
    let world = World::new();
    create_key("v").set("settings.quota", Value::Number(5)).done(&world);
    update(&gold(&world)).set("quota.keyOverride", Value::Bool(false)).done(&world);
    change(Action::Disable, &world.key()).set("settings.status", text("disabled")).done(&world);
    update(&world.key()).set("settings.quota", Value::Number(6)).refused(&world, "CAM-027");
    update(&world.key()).set("settings.quota", text("plan")).done(&world);
}

#[test]
fn a_key_changes_plan_within_its_package_when_the_plan_allows_its_limits() {
    let world = World::new();
    create(Address::plan("pay", "silver")).done(&world);
    create(Address::plan("pay", "strict")).set("throttle.keyOverride", Value::Bool(false)).done(&world);
    create(Address::package("cards")).done(&world);
    create(Address::plan("cards", "black")).done(&world);
    create_key("v").set("settings.throttle", Value::Number(5)).done(&world);
    update(&world.key()).set("plan", text("black")).refused(&world, "CAM-023");
    update(&world.key()).set("plan", text("strict")).refused(&world, "CAM-027");
    update(&world.key()).clear("plan").refused(&world, "CAM-023");
    update(&world.key()).set("plan", text("silver")).done(&world);
    let key = world.key();
    assert_eq!(key.attributes.text("plan"), Some("silver"));
    assert!(key.key.unwrap().value.expose() == "v");
}

#[test]
fn settings_accept_only_documented_values() {
    let world = World::new();
    create_key("v").set("settings.quota", Value::Number(0)).refused(&world, "CAM-028");
    create_key("v").set("settings.status", text("on")).refused(&world, "CAM-030");
    create_key("v").set("expires", text("2027-02-30")).refused(&world, "CAM-032");
    create_key("v").set("expires", text("2027-02-28")).done(&world);
    update(&world.key()).clear("expires").done(&world);
    assert_eq!(world.key().attributes.text("expires"), Some("never"));
}
