//! Rows and values that were not understood: what could be a declared object is held back, and everything else is not.

use super::*;
use crate::model::OddRow;
use crate::model::Value;
use crate::model::desired::DesiredField;

fn row(kind: Kind, id: Option<&str>, name: Option<&str>, parents: &[Address]) -> OddRow {
    let (id, name) = (id.map(LiveId::new), name.map(Into::into));
    OddRow { kind, id, name, parents: parents.to_vec(), value: None, property: "x".into() }
}

/// What becomes of declared objects beside a row: `held` with the rules of all errors, `unsure`, or nothing.
fn beside(row: OddRow, mut live: Live, objects: Vec<Declared>, values: &Values) -> String {
    live.take_odd(vec![row]);
    outcome(&live, objects, values)
}

fn outcome(live: &Live, objects: Vec<Declared>, values: &Values) -> String {
    let matching = matching(&desired(objects), live, values, false);
    let rules: Vec<&str> = matching.held.iter().map(|held| held.rule.0).collect();
    match (&rules[..], matching.unsure.is_empty()) {
        ([], true) => String::new(),
        ([], false) => "unsure".to_owned(),
        _ => format!("held {}", rules.join(" ")),
    }
}

const HELD: &str = "held CAM-066";

#[test]
fn a_row_with_a_name_is_the_object_of_that_name_below_the_same_parent() {
    let (al, bo) = (Address::user("al"), Address::user("bo"));
    let shop = || declared(Address::application("al", "shop"), Some(Address::user("al")), Vec::new());
    let renamed = || {
        let former = vec![Address::application("al", "shop")];
        declared(Address::application("al", "till"), Some(Address::user("al")), former)
    };
    let in_store = || {
        let object = live_object(Address::application("al", "shop"), "s", Some(Address::user("al")));
        live(Kind::Application, vec![object])
    };
    let application = |name, parents: &[Address]| row(Kind::Application, Some("1"), name, parents);
    for (odd, live, declared, expected) in [
        (application(Some("shop"), std::slice::from_ref(&al)), Live::default(), shop(), HELD),
        (application(Some("shop"), std::slice::from_ref(&al)), Live::default(), renamed(), HELD),
        (application(Some("shop"), &[bo]), Live::default(), shop(), ""),
        (application(Some("other"), &[al]), Live::default(), shop(), ""),
        (application(Some("shop"), &[]), Live::default(), shop(), HELD),
        (application(Some("shop"), &[]), in_store(), shop(), ""),
        (application(Some("other"), &[]), Live::default(), shop(), ""),
        (application(None, &[]), Live::default(), shop(), ""),
        (row(Kind::Package, Some("1"), Some("shop"), &[]), Live::default(), shop(), ""),
    ] {
        let what = format!("{} {}", odd.label(), declared.address);
        assert_eq!(beside(odd, live, vec![declared], &Values::new()), expected, "{what}");
    }
}

/// A key with another id as its first generation, or as the only one.
fn with_id(label: &str, id: &str, prefix: Option<&str>) -> Declared {
    let existing = ExistingKey { id: LiveId::new(id), place: Place::default() };
    let mut object = declared_key(label, "pay", prefix);
    let source = &mut object.key.as_mut().unwrap().source;
    match source {
        KeySource::Generate(generated) if prefix.is_some() => generated.first = Some(existing),
        _ => *source = KeySource::Existing(existing),
    }
    object
}

#[test]
fn a_row_of_a_key_is_a_declared_key_only_by_its_id_its_value_or_its_place() {
    let (shop, pay) = (Address::application("al", "shop"), Address::package("pay"));
    let place = &[shop.clone(), pay.clone()][..];
    let (elsewhere, of_another) = (Address::package("other"), Address::application("al", "other"));
    let (none, found) = (Live::default, || live(Kind::PackageKey, vec![live_key("k1", "shop", "pay", "a_1", 1)]));
    let generated = || declared_key("a", "pay", Some("a_"));
    let first = || with_id("a", "e", Some("a_"));
    let read = Values::from([(Address::key("a"), Secret::new("fake-a"))]);
    let unread = Values::new();
    let key = |id, parents: &[Address], value: Option<&str>| OddRow {
        value: value.map(Secret::new),
        ..row(Kind::PackageKey, id, None, parents)
    };
    for (what, odd, live, declared, values, expected) in [
        ("the only key, by its id", key(Some("e"), &[], None), none(), with_id("a", "e", None), &unread, HELD),
        ("another id", key(Some("x"), place, None), none(), with_id("a", "e", None), &unread, "held CAM-063"),
        ("the first, by its id", key(Some("e"), &[], None), none(), first(), &unread, HELD),
        ("the first beside a newer one", key(Some("e"), &[], None), found(), first(), &unread, "unsure"),
        ("perhaps the first", key(None, &[], Some("b_1")), none(), first(), &unread, HELD),
        ("not the first, which has an id", key(Some("x"), &[], Some("b_1")), none(), first(), &unread, ""),
        ("not the first beside a newer one", key(None, &[], Some("b_1")), found(), first(), &unread, ""),
        ("another prefix", key(None, place, Some("b_1")), none(), generated(), &unread, ""),
        ("its prefix", key(Some("x"), &[], Some("a_2")), none(), generated(), &unread, HELD),
        ("another package", key(Some("x"), &[elsewhere], Some("a_2")), none(), generated(), &unread, ""),
        ("another application", key(Some("x"), &[of_another], Some("a_2")), none(), generated(), &unread, ""),
        ("its place", key(Some("x"), place, None), none(), generated(), &unread, HELD),
        ("a newer one in its place", key(Some("x"), place, None), found(), generated(), &unread, "unsure"),
        ("its application", key(Some("x"), &[shop], None), none(), generated(), &unread, HELD),
        ("its package", key(Some("x"), &[pay], None), none(), generated(), &unread, HELD),
        ("no place", key(Some("x"), &[], None), none(), generated(), &unread, ""),
        ("the given value", key(Some("x"), &[], Some("fake-a")), none(), custom("a", "pay"), &read, HELD),
        ("another value", key(Some("x"), place, Some("fake-b")), none(), custom("a", "pay"), &read, ""),
        ("a value that is not shown", key(Some("x"), place, None), none(), custom("a", "pay"), &read, HELD),
        ("an unread value", key(Some("x"), place, Some("fake-b")), none(), custom("a", "pay"), &unread, HELD),
        ("beside the key itself", key(Some("x"), place, None), found(), custom("a", "pay"), &unread, ""),
    ] {
        assert_eq!(beside(odd, live, vec![declared], values), expected, "{what}");
    }
}

#[test]
fn a_masked_value_holds_back_only_the_keys_of_its_place_that_have_none() {
    let masked = |application, package| live_key("m", application, package, "****1234", 1);
    let generated = || declared_key("a", "pay", Some("a_"));
    for (what, keys, declared, expected) in [
        ("its place", vec![masked("shop", "pay")], vec![generated()], HELD),
        ("another package", vec![masked("shop", "other")], vec![generated()], ""),
        ("another application", vec![masked("other", "pay")], vec![generated()], ""),
        ("its own key", vec![masked("shop", "pay"), live_key("k", "shop", "pay", "a_1", 2)], vec![generated()], ""),
        ("a key that is held already", vec![masked("shop", "pay")], vec![with_id("a", "e", None)], "held CAM-063"),
        ("a key that is another's", vec![masked("shop", "pay")], vec![with_id("b", "m", None), generated()], ""),
    ] {
        assert_eq!(outcome(&live(Kind::PackageKey, keys), declared, &Values::new()), expected, "{what}");
    }
}

#[test]
fn a_field_that_was_not_understood_holds_back_the_object_whose_manifest_sets_it() {
    for (unread, sets, expected) in [
        ("description", "description", HELD),
        ("description", "sharedDescription", ""),
        // A change of one custom attribute writes all of them.
        ("eav", "eav.team", HELD),
        ("eav.other", "eav.team", HELD),
        ("eav", "description", ""),
        ("name", "eav.team", ""),
    ] {
        let mut object = live_object(Address::package("pay"), "p", None);
        object.unread.insert(unread.into());
        let mut package = declared(Address::package("pay"), None, Vec::new());
        package.fields.push(DesiredField { field: sets.into(), value: Value::text("x"), place: Place::default() });
        let said = outcome(&live(Kind::Package, vec![object]), vec![package], &Values::new());
        assert_eq!(said, expected, "{unread} {sets}");
    }
}
