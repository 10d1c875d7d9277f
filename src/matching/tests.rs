//! Small worlds, built by hand, in which one thing is to be found.

mod odd_rows;

use super::*;
use crate::diagnostic::Place;
use crate::model::Attributes;
use crate::model::Declared;
use crate::model::ExistingKey;
use crate::model::Generated;
use crate::model::Instant;
use crate::model::KeySource;
use crate::model::LiveKey;
use crate::model::Presence;
use crate::model::Secret;
use crate::model::desired::DeclaredKey;
use crate::model::desired::Reference;
use crate::model::own_prefix;

fn refer(address: Address) -> Reference {
    Reference { address, place: Place::default() }
}

fn declared(address: Address, parent: Option<Address>, previously: Vec<Address>) -> Declared {
    Declared {
        name: address.name().into(),
        address,
        place: Place::default(),
        parent: parent.map(refer),
        previously: previously.into_iter().map(refer).collect(),
        protect: false,
        fields: Vec::new(),
        key: None,
        presence: Presence::Present,
    }
}

fn declared_key(label: &str, package: &str, prefix: Option<&str>) -> Declared {
    let place = Place::default();
    let prefix = prefix.map_or_else(|| own_prefix(&Address::key(label).to_string()), Into::into);
    let source = KeySource::Generate(Generated {
        prefix,
        former: Vec::new(),
        by_store: false,
        has_checksum: false,
        first: None,
        place,
    });
    let mut object = declared(Address::key(label), Some(Address::application("al", "shop")), Vec::new());
    object.key = Some(Box::new(DeclaredKey {
        package: refer(Address::package(package)),
        plan: refer(Address::plan(package, "gold")),
        source,
        secret: None,
        ends_after: None,
        rotation: None,
        deliver: Vec::new(),
    }));
    object
}

fn desired(objects: Vec<Declared>) -> Desired {
    let objects = objects.into_iter().map(|object| (object.address.clone(), object)).collect();
    Desired { objects, removed: None }
}

fn live_object(address: Address, id: &str, parent: Option<Address>) -> LiveObject {
    let name = address.name().into();
    let attributes = Attributes::default();
    let (id, parent_id) = (LiveId::new(id), None);
    LiveObject {
        address,
        id,
        name,
        parent,
        parent_id,
        attributes,
        created: None,
        updated: None,
        key: None,
        unread: std::collections::BTreeSet::new(),
    }
}

fn live_key(id: &str, application: &str, package: &str, value: &str, made: i64) -> LiveObject {
    let mut object = live_object(
        Address::key_in_store("al", application, package, id),
        id,
        Some(Address::application("al", application)),
    );
    object.name = "".into();
    object.created = Instant::from_timestamp(made, 0);
    let (address, package_id) = (Address::package(package), LiveId::new(package));
    object.key = Some(Box::new(LiveKey { package: address, package_id, value: Secret::new(value), secret: None }));
    object
}

fn live(kind: Kind, objects: Vec<LiveObject>) -> Live {
    let mut live = Live::default();
    let total = objects.len();
    live.take(kind, objects, total);
    live
}

fn found(matching: &Matching<'_>, address: &Address) -> Option<String> {
    matching.found.get(address).map(|found| found.live.id.expose().to_owned())
}

#[test]
fn two_objects_of_one_name_are_never_guessed_between() {
    let live = live(
        Kind::User,
        vec![live_object(Address::user("al"), "1", None), live_object(Address::user("al"), "2", None)],
    );
    let desired = desired(vec![declared(Address::user("al"), None, Vec::new())]);
    let matching = matching(&desired, &live, &Values::new(), false);
    assert!(matching.found.is_empty() && matching.unmatched.is_empty());
    assert!(matching.stopped.contains(&Address::user("al")));
    assert_eq!(matching.held[0].rule.0, "CAM-049");
}

#[test]
fn children_of_a_renamed_package_are_looked_for_under_its_new_name() {
    let mut live = live(Kind::Package, vec![live_object(Address::package("old"), "p", None)]);
    live.take(Kind::Plan, vec![live_object(Address::plan("old", "gold"), "l", Some(Address::package("old")))], 1);
    let desired = desired(vec![
        declared(Address::package("new"), None, vec![Address::package("old")]),
        declared(Address::plan("new", "gold"), Some(Address::package("new")), Vec::new()),
    ]);
    let matching = matching(&desired, &live, &Values::new(), false);
    assert_eq!(found(&matching, &Address::package("new")).as_deref(), Some("p"));
    assert_eq!(found(&matching, &Address::plan("new", "gold")).as_deref(), Some("l"));
    assert!(matching.unmatched.is_empty());
}

#[test]
fn the_name_itself_wins_over_a_former_name() {
    let objects =
        vec![live_object(Address::package("new"), "1", None), live_object(Address::package("old"), "2", None)];
    let live = live(Kind::Package, objects);
    let desired = desired(vec![declared(Address::package("new"), None, vec![Address::package("old")])]);
    let matching = matching(&desired, &live, &Values::new(), false);
    assert_eq!(found(&matching, &Address::package("new")).as_deref(), Some("1"));
    assert_eq!(matching.unmatched.len(), 1);
}

#[test]
fn generated_keys_are_told_apart_by_prefix_and_the_newest_is_current() {
    let keys = vec![
        live_key("a1", "shop", "pay", "a_1", 10),
        live_key("a2", "shop", "pay", "a_2", 30),
        live_key("a3", "shop", "pay", "a_3", 20),
        live_key("b1", "shop", "pay", "b_1", 99),
        live_key("x1", "shop", "other", "a_9", 99),
    ];
    let live = live(Kind::PackageKey, keys);
    let desired = desired(vec![declared_key("a", "pay", Some("a_")), declared_key("b", "pay", Some("b_"))]);
    let matching = matching(&desired, &live, &Values::new(), false);
    assert_eq!(found(&matching, &Address::key("a")).as_deref(), Some("a2"));
    assert_eq!(found(&matching, &Address::key("b")).as_deref(), Some("b1"));
    let older: Vec<&str> =
        matching.found.get(&Address::key("a")).unwrap().older.iter().map(|old| old.id.expose()).collect();
    assert_eq!(older, ["a3", "a1"]);
    assert_eq!(unmatched(&matching), ["x1"]);
}

#[test]
fn a_key_that_one_manifest_names_by_its_id_is_not_the_key_of_another() {
    let live = live(Kind::PackageKey, vec![live_key("a1", "shop", "pay", "a_1", 10)]);
    let mut named = declared_key("named", "pay", Some("b_"));
    if let Some(KeySource::Generate(generated)) = named.key.as_mut().map(|key| &mut key.source) {
        generated.first = Some(ExistingKey { id: LiveId::new("a1"), place: Place::default() });
    }
    let desired = desired(vec![declared_key("a", "pay", Some("a_")), named]);
    let matching = matching(&desired, &live, &Values::new(), false);
    assert_eq!(found(&matching, &Address::key("named")).as_deref(), Some("a1"));
    assert_eq!(found(&matching, &Address::key("a")), None);
}

#[test]
fn a_custom_key_is_found_by_value_before_any_generated_key_takes_it() {
    let keys = vec![live_key("new", "shop", "pay", "fake-new", 50), live_key("mine", "shop", "pay", "fake-mine", 90)];
    let live = live(Kind::PackageKey, keys);
    let desired = desired(vec![custom("custom", "pay"), declared_key("generated", "pay", None)]);
    let values = Values::from([(Address::key("custom"), Secret::new("fake-mine"))]);
    let matching = matching(&desired, &live, &values, false);
    assert_eq!(found(&matching, &Address::key("custom")).as_deref(), Some("mine"));
    // A key that somebody else created in the same application and package is not the generated one.
    assert_eq!(found(&matching, &Address::key("generated")), None);
    assert_eq!(matching.unmatched.iter().map(|live| live.id.expose()).collect::<Vec<_>>(), ["new"]);
    assert!(!matching.found.get(&Address::key("custom")).unwrap().moved);
}

fn custom(label: &str, package: &str) -> Declared {
    use crate::model::SecretSource;
    use crate::model::desired::SecretOrigin;
    let mut object = declared_key(label, package, None);
    let source = SecretSource { origin: SecretOrigin::Env("APP_X".into()), place: Place::default() };
    object.key.as_mut().unwrap().source = KeySource::Custom(source);
    object
}

#[test]
fn a_value_elsewhere_is_a_move_and_two_elsewhere_are_no_guess() {
    let values = Values::from([(Address::key("c"), Secret::new("fake-c"))]);
    let desired = desired(vec![custom("c", "pay")]);
    let elsewhere = live(Kind::PackageKey, vec![live_key("1", "shop", "other", "fake-c", 1)]);
    let matched = matching(&desired, &elsewhere, &values, false);
    assert!(matched.found.get(&Address::key("c")).unwrap().moved);
    let twice = vec![live_key("1", "shop", "other", "fake-c", 1), live_key("2", "shop", "third", "fake-c", 1)];
    let twice = live(Kind::PackageKey, twice);
    let matched = matching(&desired, &twice, &values, false);
    assert!(matched.found.is_empty() && matched.unmatched.is_empty());
    assert_eq!(matched.held[0].rule.0, "CAM-049");
}

/// The ids of the keys that the plan may delete.
fn unmatched<'a>(matching: &Matching<'a>) -> Vec<&'a str> {
    matching.unmatched.iter().map(|live| live.id.expose()).collect()
}

#[test]
fn an_unread_value_is_the_only_other_key_of_its_application_and_package() {
    let keys = vec![
        live_key("made", "shop", "pay", "g_1", 1),
        live_key("mine", "shop", "pay", "fake-mine", 2),
        live_key("read", "shop", "pay", "fake-read", 3),
        live_key("x", "shop", "other", "fake-x", 4),
    ];
    let live = live(Kind::PackageKey, keys);
    let generated = declared_key("generated", "pay", Some("g_"));
    let wanted = desired(vec![custom("unread", "pay"), custom("read", "pay"), generated, custom("none", "third")]);
    let values = Values::from([(Address::key("read"), Secret::new("fake-read"))]);
    let matched = matching(&wanted, &live, &values, false);
    assert_eq!(found(&matched, &Address::key("unread")).as_deref(), Some("mine"));
    assert_eq!(found(&matched, &Address::key("generated")).as_deref(), Some("made"));
    assert_eq!(found(&matched, &Address::key("none")), None);
    assert!(matched.stopped.is_empty());
    assert_eq!(unmatched(&matched), ["x"]);
    let messages: Vec<&str> = matched.diagnostics.iter().map(|found| &*found.message).collect();
    assert_eq!(messages, ["this plan does not know the value of key/unread, key/none: programs run only in apply"]);
}

/// A key whose value the store creates, without a prefix.
fn by_store(label: &str, package: &str) -> Declared {
    let mut object = declared_key(label, package, Some(""));
    if let KeySource::Generate(generated) = &mut object.key.as_mut().unwrap().source {
        generated.by_store = true;
    }
    object
}

#[test]
fn an_unread_value_is_not_guessed_and_nothing_that_it_could_be_is_deleted() {
    let two = || vec![live_key("1", "shop", "pay", "fake-1", 1), live_key("2", "shop", "pay", "fake-2", 2)];
    let one = || vec![live_key("1", "shop", "pay", "fake-1", 1)];
    let unread = || custom("unread", "pay");
    for (declared, keys, is_part) in [
        (vec![unread()], two(), false),
        (vec![unread(), custom("other", "pay")], one(), false),
        (vec![unread(), by_store("generated", "pay")], one(), false),
        (vec![unread()], one(), true),
    ] {
        let (live, declared) = (live(Kind::PackageKey, keys), desired(declared));
        let matched = matching(&declared, &live, &Values::new(), is_part);
        assert!(matched.found.is_empty() && unmatched(&matched).is_empty());
        assert!(declared.objects.keys().all(|address| matched.stopped.contains(address)));
        let message = &matched.diagnostics[0].message;
        assert!(message.contains("cannot determine which key in the store is key/"), "{message}");
    }
}
