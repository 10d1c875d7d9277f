//! Users.

use super::*;

fn alice() -> Address {
    Address::user("alice")
}

#[test]
fn a_new_user_has_the_status_waiting_an_id_and_times() {
    let world = World::empty();
    create_user("alice").done(&world);
    let user = world.get(&alice());
    assert_eq!(fields(&user), ["displayName: \"Alice Example\"", "email: a@example.com", "status: waiting"]);
    assert_eq!((user.created, user.updated), (Some(now()), Some(now())));
    assert_eq!(user.id.expose().len(), 36);
    assert_eq!(&*user.name, "alice");
}

#[test]
fn every_field_of_a_user_is_stored() {
    let world = World::empty();
    let roles = Value::set(["Everyone", "API Manager"]);
    create_user("alice")
        .set("roles", roles.clone())
        .set("phone", text("+49 (0) \"1\""))
        .set("extendedAttributes.team", text("röd"))
        .set("company", text(""))
        .done(&world);
    let user = world.get(&alice());
    assert_eq!(user.attributes.get("roles"), Some(&roles));
    assert_eq!(user.attributes.text("phone"), Some("+49 (0) \"1\""));
    assert_eq!(user.attributes.text("extendedAttributes.team"), Some("röd"));
    assert_eq!(user.attributes.get("company"), None);
}

#[test]
fn required_fields_of_a_user_are_checked() {
    let world = World::empty();
    create(alice()).set("displayName", text("A")).refused(&world, "CAM-003");
    create(alice()).set("email", text("a@b")).refused(&world, "CAM-004");
    create_user("alice").set("status", text("on")).refused(&world, "CAM-006");
    create_user("alice").set("roles", Value::set(["Wizard"])).refused(&world, "CAM-047");
    request(Action::Create, Address::user(""), "").refused(&world, "CAM-001");
    create_user(&"a".repeat(256)).refused(&world, "CAM-001");
    create_user(&"a".repeat(255)).done(&world);
}

#[test]
fn updates_set_and_clear_fields_and_leave_the_others() {
    let world = World::empty();
    create_user("alice").set("phone", text("1")).set("blog", text("b")).set("im", text("i")).done(&world);
    update(&world.get(&alice())).set("phone", text("2")).clear("blog").set("im", text("")).done(&world);
    let user = world.get(&alice());
    assert_eq!(
        fields(&user),
        ["displayName: \"Alice Example\"", "email: a@example.com", "phone: 2", "status: waiting"]
    );
    update(&user).clear("displayName").refused(&world, "CAM-004");
    update(&user).set("displayName", text("Alice")).set("status", text("active")).done(&world);
    update(&world.get(&alice())).clear("status").done(&world);
    assert_eq!(world.get(&alice()).attributes.text("status"), Some("waiting"));
}

#[test]
fn username_and_email_never_change() {
    let world = World::new();
    let user = world.get(&alice());
    update(&user).set("name", text("alicia")).refused(&world, "CAM-007");
    update(&user).set("email", text("b@example.com")).refused(&world, "CAM-008");
    update(&user).set("name", text("alice")).set("email", text("a@example.com")).done(&world);
}

#[test]
fn a_username_can_never_be_used_again() {
    let world = World::empty();
    create_user("alice").done(&world);
    let reason = create_user("alice").refused(&world, "CAM-048");
    assert_eq!(reason, "user/alice is already in the store");
    delete(&world.get(&alice())).done(&world);
    assert!(world.all(Kind::User).is_empty());
    let reason = create_user("alice").refused(&world, "CAM-048");
    assert_eq!(reason, "user/alice was deleted, and a deleted username can never be used again");
    create_user("Alice").done(&world);
}

#[test]
fn a_user_with_applications_is_not_deleted() {
    let world = World::new();
    for name in ["b", "c", "d"] {
        create(Address::application("alice", name)).done(&world);
    }
    let reason = delete(&world.get(&alice())).refused(&world, "CAM-044");
    let names = "application/alice/shop, application/alice/b, application/alice/c and more";
    assert_eq!(reason, format!("{names} must be deleted first"));
    for application in world.all(Kind::Application) {
        delete(&application).done(&world);
    }
    delete(&world.get(&alice())).done(&world);
}

#[test]
fn disabling_a_user_disables_their_keys_and_enabling_does_not_enable_them() {
    let world = World::new();
    create_user("bob").set("status", text("active")).done(&world);
    create(Address::application("bob", "app")).done(&world);
    create_key("of-alice").done(&world);
    create_key("of-bob").below(Address::application("bob", "app")).done(&world);
    change(Action::Disable, &world.get(&alice())).set("status", text("disabled")).done(&world);
    let status = |name: &str| {
        let keys = world.all(Kind::PackageKey);
        let key = keys.iter().find(|key| key.address.first_name() == name).unwrap();
        key.attributes.text("settings.status").unwrap().to_owned()
    };
    assert_eq!((status("alice"), status("bob")), ("disabled".to_owned(), "active".to_owned()));
    change(Action::Enable, &world.get(&alice())).set("status", text("active")).done(&world);
    assert_eq!(status("alice"), "disabled");
}

#[test]
fn the_platforms_own_user_cannot_be_disabled_or_deleted() {
    let world = World::empty();
    let internal = Address::user("MasheryInternalOAuth2");
    create_user("MasheryInternalOAuth2").set("status", text("active")).done(&world);
    let user = world.get(&internal);
    delete(&user).refused(&world, "CAM-046");
    change(Action::Disable, &user).set("status", text("disabled")).refused(&world, "CAM-046");
    update(&user).set("phone", text("1")).done(&world);
}
