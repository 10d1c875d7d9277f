//! A change is made only to the object that the plan saw.

use super::Ask;
use super::World;
use super::change;
use super::create;
use super::create_key;
use super::create_user;
use super::delete;
use super::shop;
use super::text;
use super::update;
use crate::model::Address;
use crate::model::Value;
use crate::plan::Action;
use crate::plan::ValueFrom;
use crate::store::RefusalKind;

#[track_caller]
fn stale(asked: &Ask, world: &World) {
    let refusal = asked.ask(&world.0).err().expect("the store must refuse");
    assert_eq!((refusal.kind, refusal.rule.map(|rule| rule.0)), (RefusalKind::Stale, Some("CAM-052")));
    assert!(refusal.help.is_some());
}

#[test]
fn an_object_that_somebody_changed_is_stale() {
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
    let mut asked = update(&world.get(&shop())).set("notes", text("x"));
    asked.change.target.live = None;
    assert_eq!(asked.ask(&world.0).err().unwrap().kind, RefusalKind::Unavailable);
}

#[test]
fn what_the_plans_own_changes_moved_is_not_stale() {
    let world = World::new();
    create_key("value").done(&world);
    let key = world.key();
    update(&world.get(&shop())).set("name", text("store")).done(&world);
    update(&world.get(&Address::plan("pay", "gold"))).set("name", text("platinum")).done(&world);
    let disabled = change(Action::Disable, &world.get(&Address::user("alice"))).set("status", text("disabled"));
    disabled.done(&world);
    let asked = update(&key).below(Address::application("alice", "store")).set("expires", text("2030-01-01"));
    asked.done(&world);
    assert_eq!(world.key().attributes.text("expires"), Some("2030-01-01"));
    stale(&asked, &world);
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
fn what_somebody_else_did_between_two_own_changes_is_stale() {
    let world = World::new();
    create_key("value").done(&world);
    let key = world.key();
    update(&world.get(&shop())).set("name", text("store")).done(&world);
    update(&world.key()).set("settings.quota", Value::Number(3)).done(&world);
    update(&world.get(&Address::plan("pay", "gold"))).set("name", text("platinum")).done(&world);
    stale(&update(&key).below(Address::application("alice", "store")).set("expires", text("2030-01-01")), &world);
}

#[test]
fn delivering_is_nothing_to_do_for_a_store() {
    let world = World::new();
    create_key("value").done(&world);
    let before = world.fingerprints();
    assert!(change(Action::Deliver, &world.key()).done(&world).is_none());
    assert_eq!(world.fingerprints(), before);
}

#[test]
fn a_failed_create_leaves_no_half() {
    let world = World::new();
    create_user("bob").set("status", text("wrong")).refused(&world, "CAM-006");
    create(Address::application("bob", "app")).refused(&world, "CAM-009");
    create_user("bob").done(&world);
}
