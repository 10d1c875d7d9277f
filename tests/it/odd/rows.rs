//! Odd rows of Cloud API Management: an unrelated change is applied, a manifest that could be the row is stopped, and the
//! row and its parents are never deleted.

use rayon::prelude::*;
use serde_json::Value as Json;
use serde_json::json;

use super::area::Shared;
use super::area::TEAM;
use super::area::VALUE;

const USER: &str = "---\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: bob}\nspec: {email: bob@example.com, displayName: Bob, status: active}\n";
const APPLICATION: &str = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec: {user: bob, description: Shop}\n";
const PACKAGE: &str =
    "---\napiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: ledger}\nspec: {description: Ledger}\n";
const PLAN: &str = "---\napiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {name: basic}\nspec: {package: ledger, quota: {calls: 7, per: day}}\n";
const KEY: &str = "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {name: shop}\nspec: {user: bob, application: shop, package: ledger, plan: basic, key: {generate: {prefix: shp_}}, settings: {status: active, quota: 100}}\n";

/// What is odd: the list, the property, and its value (`None`: the row lacks the property).
struct Odd {
    list: &'static str,
    property: &'static str,
    value: Option<Json>,
    /// The manifest that could be the row, and whether it must be stopped. A row without a name is no declared object.
    twin: &'static str,
    stops: bool,
}

fn odd(list: &'static str, property: &'static str, value: Option<Json>, twin: &'static str) -> Odd {
    Odd { list, property, value, twin, stops: true }
}

fn all() -> Vec<Odd> {
    let mut all = vec![
        odd("packageKeys", "application", Some(Json::Null), KEY),
        odd("packageKeys", "application", None, KEY),
        odd("packageKeys", "application", Some(json!({"id": "unknown"})), KEY),
        odd("packageKeys", "application", Some(json!("text")), KEY),
        odd("packageKeys", "package", Some(Json::Null), KEY),
        odd("packageKeys", "apikey", Some(Json::Null), KEY),
        odd("packageKeys", "apikey", Some(json!({})), KEY),
        odd("packageKeys", "id", Some(Json::Null), KEY),
        odd("packageKeys", "id", None, KEY),
        odd("packageKeys", "status", Some(json!({"word": "active"})), KEY),
        odd("packageKeys", "rateLimitCeiling", Some(json!("many")), KEY),
        odd("packageKeys", "rateLimitCeiling", Some(json!(-5)), KEY),
        odd("members", "id", Some(Json::Null), USER),
        odd("members", "displayName", Some(json!({"en": "Bob"})), USER),
        odd("applications", "username", Some(Json::Null), APPLICATION),
        odd("applications", "id", None, APPLICATION),
        odd("applications", "description", Some(json!([1])), APPLICATION),
        odd("packages", "id", Some(Json::Null), PACKAGE),
        odd("packages", "description", Some(json!(true)), PACKAGE),
        odd("plans", "id", Some(Json::Null), PLAN),
        odd("plans", "rateLimitCeiling", Some(json!({})), PLAN),
    ];
    for (list, property, twin) in [
        ("members", "username", USER),
        ("applications", "name", APPLICATION),
        ("packages", "name", PACKAGE),
        ("plans", "name", PLAN),
    ] {
        all.push(Odd { list, property, value: Some(Json::Null), twin, stops: false });
        all.push(Odd { list, property, value: None, twin, stops: false });
    }
    all
}

/// Whether a row is the one of the others.
fn is_theirs(list: &str, row: &Json) -> bool {
    match list {
        "packageKeys" => row["apikey"] == VALUE,
        "members" => row["username"] == "bob",
        "applications" => row["name"] == "shop",
        "packages" => row["name"] == "ledger",
        _ => row["name"] == "basic",
    }
}

fn make_odd(shared: &Shared, odd: &Odd) {
    let (list, property, value) = (odd.list, odd.property, odd.value.clone());
    shared.proxy.rewrite(move |path, rows| {
        let is_list = path.ends_with(&format!("/{list}")) || path.contains(&format!("/{list}/"));
        for row in rows.iter_mut().filter(|row| is_list && is_theirs(list, row)) {
            let row = row.as_object_mut().unwrap();
            match &value {
                Some(value) => drop(row.insert(property.to_owned(), value.clone())),
                None => drop(row.remove(property)),
            }
        }
    });
}

fn needed(odd: &Odd) -> String {
    let above = match odd.list {
        "applications" => USER.to_owned(),
        "plans" => PACKAGE.to_owned(),
        "packageKeys" => {
            [USER, APPLICATION, PACKAGE, &PLAN.replace("quota: {calls: 7, per: day}", "description: All")].concat()
        }
        _ => String::new(),
    };
    format!("{above}{}", odd.twin)
}

/// Areas whose packages' list shows plans. Odd plans are also read from lists of their own.
fn areas(odd: &Odd) -> Vec<Shared> {
    let apart = (odd.list == "plans").then(|| Shared::with_quirks(TEAM, &["--quirk", "no-nested-plans"]));
    std::iter::once(Shared::new()).chain(apart).collect()
}

fn check(odd: &Odd) {
    for shared in &areas(odd) {
        check_in(shared, odd);
    }
}

fn check_in(shared: &Shared, odd: &Odd) {
    let what = format!("{} {} {:?}", odd.list, odd.property, odd.value);
    make_odd(shared, odd);
    // A change of another object.
    shared.declare("Changed", "");
    let said = shared.apply();
    assert!(said.exit == 0 && said.text.contains("1 change done"), "{what}: {}\n{}", said.exit, said.text);
    assert!(
        said.text.contains("warning[CAM-066]") && said.text.contains(odd.property_in_manifests()),
        "{what}: {}",
        said.text
    );
    assert_eq!(shared.display_name(), "Changed", "{what}");
    // Nothing is deleted that the row is, or that it belongs to.
    let said = shared.prune();
    assert!([0, 3, 6].contains(&said.exit) && said.text.contains("CAM-066"), "{what}: {}\n{}", said.exit, said.text);
    shared.assert_kept(odd, &said.text);
}

impl Odd {
    /// The name in manifests, for fields that have one.
    fn property_in_manifests(&self) -> &'static str {
        match (self.list, self.property) {
            ("packageKeys", "status") => "settings.status",
            ("packageKeys", "rateLimitCeiling") => "settings.quota",
            ("plans", "rateLimitCeiling") => "quota.calls",
            (_, property) => property,
        }
    }
}

impl Shared {
    fn assert_kept(&self, odd: &Odd, said: &str) {
        let others = &self.others;
        let (package, user) = (format!("/packages/{}", others.package), format!("/members/{}", others.user));
        let plan = format!("{package}/plans/{}", others.plan);
        let (application, key) =
            (format!("/applications/{}", others.application), format!("/packageKeys/{}", others.key));
        let kept = match (odd.list, odd.property) {
            ("packageKeys", _) => vec![key, application, user, plan, package],
            ("members", _) => vec![user],
            ("applications", _) => vec![application, user],
            ("packages", _) => vec![package],
            _ => vec![plan, package],
        };
        for path in kept {
            assert_eq!(self.call("GET", &path, None).0, 200, "{} {}: {path} is gone\n{said}", odd.list, odd.property);
        }
    }
}

fn check_twin(odd: &Odd) {
    for shared in &areas(odd) {
        check_twin_in(shared, odd);
    }
}

fn check_twin_in(shared: &Shared, odd: &Odd) {
    let what = format!("{} {} {:?} with its manifest", odd.list, odd.property, odd.value);
    make_odd(shared, odd);
    shared.declare("Changed", &needed(odd));
    let before = ["/packageKeys", "/members", "/applications", "/packages"].map(|list| shared.count(list));
    let said = shared.apply();
    assert!(said.exit == 6 && said.text.contains("error[CAM-066]"), "{what}: {}\n{}", said.exit, said.text);
    let after = ["/packageKeys", "/members", "/applications", "/packages"].map(|list| shared.count(list));
    assert_eq!(before, after, "{what}: {}", said.text);
    assert_eq!(shared.display_name(), "Changed", "{what}: {}", said.text);
    shared.assert_others_live(&what);
    // Without another change there is nothing to apply, and the finding remains.
    let said = shared.apply();
    assert!(said.exit == 3 && said.text.contains("error[CAM-066]"), "{what}: {}\n{}", said.exit, said.text);
    let said = shared.world.keywright(&["plan"]);
    assert!(said.exit == 3 && !said.text.contains("Nothing to do"), "{what}: {}\n{}", said.exit, said.text);
}

#[test]
fn an_odd_row_concerns_only_itself() {
    all().par_iter().for_each(check);
}

#[test]
fn a_manifest_that_could_be_an_odd_row_is_stopped() {
    all().par_iter().filter(|odd| odd.stops).for_each(check_twin);
}
