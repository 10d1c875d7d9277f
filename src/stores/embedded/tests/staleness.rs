//! A change is made only if the object is as the plan saw it.

use super::*;

#[track_caller]
fn stale(request: &Request, world: &World) {
    let refusal = request.perform(&world.0).err().expect("the store must refuse");
    assert_eq!((refusal.kind, refusal.rule.map(|rule| rule.0)), (RefusalKind::Stale, Some("CAM-052")));
    assert!(refusal.help.is_some());
}

#[test]
fn an_object_that_another_process_changed_is_stale() {
    let world = World::new();
    create_key("value").done(&world);
    let (user, key) = (world.get(&Address::user("alice")), world.key());
    update(&user).set("phone", text("1")).done(&world);
    update(&key).set("settings.quota", Value::Number(9)).done(&world);
    stale(&update(&user).set("phone", text("2")), &world);
    stale(&delete(&user), &world);
    stale(&change(Action::Disable, &key).set("settings.status", text("disabled")), &world);
    stale(&delete(&key), &world);
    stale(&change(Action::Replace, &key).key(Address::package("pay"), ValueFrom::Kept), &world);
    assert_eq!(world.get(&user.address).attributes.text("phone"), Some("1"));
}

#[test]
fn an_object_that_is_gone_is_stale_and_already_deleted() {
    let world = World::new();
    create_key("value").done(&world);
    let key = world.key();
    delete(&key).done(&world);
    stale(&update(&key).set("expires", text("2030-01-01")), &world);
    stale(&change(Action::Replace, &key).key(Address::package("pay"), ValueFrom::Kept), &world);
    delete(&key).done(&world);
    for address in [Address::plan("pay", "gold"), Address::package("pay"), shop(), Address::user("alice")] {
        let object = world.get(&address);
        delete(&object).done(&world);
        delete(&object).done(&world);
    }
}

#[test]
fn a_change_without_a_target_is_not_made() {
    let world = World::new();
    let mut request = update(&world.get(&shop())).set("notes", text("x"));
    request.change.target.live = None;
    assert_eq!(request.perform(&world.0).err().unwrap().kind, RefusalKind::Unavailable);
}

#[test]
fn objects_that_the_plan_itself_changed_are_not_stale() {
    let world = World::new();
    create_key("value").done(&world);
    let key = world.key();
    update(&world.get(&shop())).set("name", text("store")).done(&world);
    update(&world.get(&Address::plan("pay", "gold"))).set("name", text("platinum")).done(&world);
    let disabled = change(Action::Disable, &world.get(&Address::user("alice"))).set("status", text("disabled"));
    disabled.done(&world);
    let request = update(&key).below(Address::application("alice", "store")).set("expires", text("2030-01-01"));
    request.done(&world);
    assert_eq!(world.key().attributes.text("expires"), Some("2030-01-01"));
    stale(&request, &world);
}

#[test]
fn a_plan_follows_the_rename_of_its_package() {
    let world = World::new();
    let gold = world.get(&Address::plan("pay", "gold"));
    update(&world.get(&Address::package("pay"))).set("name", text("payments")).done(&world);
    update(&gold).below(Address::package("payments")).set("notes", text("x")).done(&world);
    assert_eq!(world.get(&Address::plan("payments", "gold")).attributes.text("notes"), Some("x"));
}

#[test]
fn another_change_between_two_own_changes_makes_an_object_stale() {
    let world = World::new();
    create_key("value").done(&world);
    let key = world.key();
    update(&world.get(&shop())).set("name", text("store")).done(&world);
    update(&world.key()).set("settings.quota", Value::Number(3)).done(&world);
    update(&world.get(&Address::plan("pay", "gold"))).set("name", text("platinum")).done(&world);
    stale(&update(&key).below(Address::application("alice", "store")).set("expires", text("2030-01-01")), &world);
}

#[test]
fn a_delivery_changes_nothing_in_the_store() {
    let world = World::new();
    create_key("value").done(&world);
    let before = world.fingerprints();
    assert!(change(Action::Deliver, &world.key()).done(&world).is_none());
    assert_eq!(world.fingerprints(), before);
}

#[test]
fn a_failed_create_leaves_nothing_behind() {
    let world = World::new();
    create_user("bob").set("status", text("wrong")).refused(&world, "CAM-006");
    create(Address::application("bob", "app")).refused(&world, "CAM-009");
    create_user("bob").done(&world);
}
