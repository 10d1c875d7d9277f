//! Objects that were made by hand: each is exported, or named with the reason.

use serde_json::Value as Json;
use serde_json::json;

use super::area::Shop;

/// A user with an application and a key, and a package with a plan.
pub(super) fn rows() -> Json {
    json!({
        "members": [
            {"id": "m1", "username": "alice", "email": "alice@example.com", "displayName": "Alice", "areaStatus": "active"},
        ],
        "applications": [{"id": "a1", "name": "checkout", "username": "alice", "description": "Web"}],
        "packages": [{"id": "p1", "name": "payments"}],
        "plans": {"p1": [{"id": "l1", "name": "gold", "status": "active", "rateLimitPeriod": "day"}]},
        "packageKeys": [key("k1", "a1", "l1")],
        "roles": [],
        "apiKeys": [],
        "organizations": [{"id": 41, "publicCode": "ACME"}],
    })
}

fn key(id: &str, application: &str, plan: &str) -> Json {
    json!({
        "id": id, "apikey": format!("fake-value-{id}"), "status": "active",
        "application": {"id": application}, "package": {"id": "p1"}, "plan": {"id": plan},
    })
}

fn api_key(name: &str, orgs: &Json) -> Json {
    json!({
        "id": format!("fake-id-{name}"), "keyName": name, "enabled": true, "allowedApis": "audit", "allowedOrgs": orgs,
        "expirationDate": "2027-06-30T00:00:00Z", "createdDate": "2026-01-01T00:00:00Z", "tenantId": 1,
    })
}

/// Exports into the workspace; the output and its lines about what is missing.
fn exported(shop: &Shop, exit: u8) -> (String, String) {
    let ran = shop.run("export");
    assert_eq!(ran.exit, exit, "{}{}", ran.out, ran.err);
    shop.write("all.yaml", &ran.out);
    if let Err(why) = shop.check() {
        panic!("{why}\n{}", ran.out);
    }
    (ran.out, ran.err)
}

#[test]
fn values_that_no_page_of_the_vendor_allows_are_declared_as_the_store_has_them() {
    let mut rows = rows();
    rows["members"] = json!([
        {"id": "m1", "username": "alice", "areaStatus": "disabled"},
        {"id": "m2", "username": "bob", "email": "bob", "displayName": null, "areaStatus": "waiting"},
    ]);
    rows["packageKeys"][0]["status"] = json!("disabled");
    rows["plans"]["p1"][0]["rateLimitPeriod"] = json!("week");
    rows["plans"]["p1"][0]["maxNumKeysAllowed"] = json!(-1);
    rows["packages"][0]["notifyAdminPeriod"] = json!("year");
    let shop = Shop::of(rows, "");
    let (out, err) = exported(&shop, 0);
    for text in ["per: week", "maxNumKeysAllowed: -1", "notifyAdminPeriod: year", "existing: \"k1\"", "email: bob"] {
        assert!(out.contains(text), "{text}: {out}");
    }
    assert!(err.ends_with("Exported: 6 objects.\n"), "{err}");
    // What only the store can have is never written.
    shop.write("all.yaml", &out.replace("per: week", "per: decade"));
    let ran = shop.run("plan");
    assert!(ran.exit == 3 && ran.err.contains("error[CAM-019]"), "{}", ran.err);
}

#[test]
fn what_cannot_be_declared_is_named_in_three_places() {
    let mut rows = rows();
    let long = "x".repeat(200);
    rows["applications"] = json!([
        {"id": "a1", "name": "checkout", "username": "alice"},
        {"id": "a2", "name": "twice", "username": "alice"},
        {"id": "a3", "name": "twice", "username": "alice"},
        {"id": "a4", "name": "orphan", "username": "gone"},
        {"id": "a5", "name": long, "username": "alice", "eav": {}},
    ]);
    let mut no_plan = key("k2", "a1", "l1");
    no_plan["plan"] = Json::Null;
    rows["packageKeys"] = json!([key("k1", "a1", "l1"), no_plan, key("k3", "a5", "l1"), key("k4", "a4", "l1")]);
    rows["packages"][0]["eav"] = json!({"": "x", "team": "pay", "pass": "fake"});
    rows["packageKeys"][0]["expires"] = json!("0000-00-00");
    rows["members"][0]["roles"] = json!([{"id": "r9", "name": "Unlisted"}]);
    let shop = Shop::of(rows, "");
    let (out, err) = exported(&shop, 6);
    let json: Json = serde_json::from_str(&shop.run("export --format json").out).unwrap();
    let missing = json["notExported"].as_array().unwrap();
    for (id, reason) in [
        ("a2", "more than one"),
        ("a3", "more than one"),
        ("a4", "needs user/gone"),
        ("a5", "has 200 characters"),
        ("k2", "no package plan"),
        ("k3", "is not exported"),
        ("k4", "is not exported"),
    ] {
        let row = missing.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("{id}: {missing:?}"));
        assert!(row["reason"].as_str().unwrap().contains(reason), "{row}");
        for text in [&out, &err] {
            let is_it = |line: &&str| line.contains("not exported: ") && line.contains(id) && line.contains(reason);
            assert!(text.lines().any(|line| is_it(&line)), "{id} {reason}\n{text}");
        }
    }
    assert_eq!((missing.len(), &json["notExportedCount"]), (7, &json!(7)));
    for text in ["team: pay", "eav. is not exported", "eav.pass is not exported", "roles is not exported"] {
        assert!(out.contains(text), "{text}\n{out}");
    }
    assert!(err.ends_with("Exported: 5 objects. Not exported: 7 objects and 3 fields, see above.\n"), "{err}");
    assert!(!out.contains("fake"), "{out}");
}

#[test]
fn a_restriction_that_is_not_understood_never_becomes_all() {
    let mut rows = rows();
    rows["apiKeys"] = json!([
        api_key("odd-text", &json!("ACME;41")),
        api_key("odd-type", &json!(41)),
        api_key("fine", &json!("41")),
        api_key("open", &Json::Null),
        api_key("twice", &json!("41")),
        api_key("twice", &json!("41")),
    ]);
    rows["apiKeys"][5]["id"] = json!("fake-id-other");
    let shop = Shop::of(rows, "");
    let (out, err) = exported(&shop, 6);
    assert_eq!(out.matches("allOrgs: true").count(), 1, "{out}");
    for name in ["odd-text", "odd-type", "twice"] {
        assert!(!out.contains(&format!("name: {name}")), "{out}");
        assert!(err.contains(&format!("not exported: apikey/{name}: ")), "{err}");
    }
    assert!(!out.contains("fake-id") && !err.contains("fake-id"), "{out}{err}");
    // Not even a manifest of somebody who guesses overwrites it.
    let manifest = out.split("---\n").find(|text| text.contains("name: open")).unwrap();
    shop.write("guess.yaml", &manifest.replace("name: open", "name: odd-text"));
    assert_eq!(shop.run("plan").exit, 3);
    assert_eq!(shop.run("apply --auto-approve").exit, 3);
    assert!(shop.raw.writes().is_empty());
}

#[test]
fn a_third_generation_is_exported_and_not_created() {
    let mut rows = rows();
    let names = ["erp", "erp.g2", "erp.g3"];
    rows["apiKeys"] = names.iter().map(|name| api_key(name, &json!("41"))).collect();
    let shop = Shop::of(rows, "");
    let (out, _) = exported(&shop, 0);
    let last = out.split("---\n").find(|text| text.contains("name: erp.g3")).unwrap();
    shop.write("more.yaml", &last.replace("erp.g3", "erp.g4"));
    let ran = shop.run("plan");
    assert!(ran.exit == 3 && ran.err.contains("error[MFT-038]"), "{}", ran.err);
}

/// The ownership that the README shows.
const OWNS: &str = "  ownership: {applications: ofDeclaredUsers, packageKeys: ofDeclaredApplications}\n";

#[test]
fn nothing_that_an_export_left_out_is_pruned_by_what_it_wrote() {
    let mut rows = rows();
    let mut no_plan = key("k2", "a1", "l1");
    no_plan["plan"] = Json::Null;
    rows["packageKeys"].as_array_mut().unwrap().push(no_plan);
    let shop = Shop::of(rows, OWNS);
    // The odd key costs nobody else: it was never declared, so no prune deletes it without consent.
    let (out, err) = exported(&shop, 6);
    assert!(out.contains("kind: Application") && out.contains("kind: User") && out.contains("\"k1\""), "{out}");
    assert!(err.contains("not exported: key/alice/checkout/payments@k2: it has no package plan"), "{err}");
    let ran = shop.run("apply --prune --auto-approve");
    assert!(ran.exit == 4 && ran.err.contains("KW-110") && ran.err.contains("payments@k2"), "{}{}", ran.out, ran.err);
    assert!(shop.raw.writes().is_empty(), "{:?}", shop.raw.writes());
}

#[test]
fn a_part_of_a_user_is_exported_under_the_ownership_of_the_readme() {
    let shop = Shop::of(rows(), OWNS);
    let ran = shop.run("export --only application/alice/checkout");
    let kinds: Vec<&str> = ran.out.lines().filter_map(|line| line.strip_prefix("kind: ")).collect();
    assert_eq!((ran.exit, kinds), (0, vec!["User", "Application"]), "{}", ran.err);
    shop.write("all.yaml", &ran.out);
    let ran = shop.run("apply --prune --auto-approve");
    assert!(ran.exit == 4 && shop.raw.writes().is_empty(), "{}{}", ran.out, ran.err);
}

#[test]
fn what_was_declared_earlier_is_not_pruned_by_an_export_of_its_application() {
    let shop = Shop::of(rows(), OWNS);
    let _ = exported(&shop, 0);
    // The apply of `exported` remembered all of it.
    std::fs::remove_file(shop.path().join("all.yaml")).unwrap();
    let ran = shop.run("export --only application/alice/checkout");
    let lost =
        "`--prune` would then delete key/alice/checkout/payments@k1, which was declared earlier and is not exported";
    assert!(ran.exit == 6 && ran.err.contains(lost), "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("kind: Application"), "{}", ran.out);
    shop.write("all.yaml", &ran.out);
    let ran = shop.run("apply --prune --auto-approve");
    assert!(shop.raw.writes().is_empty(), "{}{}\n{:?}", ran.out, ran.err, shop.raw.writes());
}

#[test]
fn an_empty_restriction_may_mean_none_and_is_not_exported_as_all() {
    let mut rows = rows();
    let odd = [json!(""), json!(" "), json!("[]"), json!(";"), json!(" , "), json!(",")];
    let mut keys: Vec<Json> = odd.iter().enumerate().map(|(at, odd)| api_key(&format!("odd-{at}"), odd)).collect();
    let mut missing = api_key("missing", &Json::Null);
    missing.as_object_mut().unwrap().remove("allowedOrgs");
    let mut no_apis = api_key("no-apis", &json!("41"));
    no_apis["allowedApis"] = json!("");
    keys.extend([missing, no_apis, api_key("open", &Json::Null)]);
    rows["apiKeys"] = json!(keys);
    let shop = Shop::of(rows, "");
    let (out, err) = exported(&shop, 6);
    assert_eq!((out.matches("allOrgs: true").count(), out.matches("allApis: true").count()), (1, 0), "{out}");
    for name in ["odd-0", "odd-1", "odd-2", "odd-3", "odd-4", "odd-5", "missing", "no-apis"] {
        assert!(err.contains(&format!("not exported: apikey/{name}: ")), "{name}: {err}");
    }
    assert!(!out.contains("fake-id") && !err.contains("fake-id"), "{out}{err}");
}

#[test]
fn the_platforms_own_user_is_not_declared_and_a_missing_status_is_said() {
    let mut rows = rows();
    let internal = json!({"id": "m2", "username": "MasheryInternalOAuth2", "email": "a@b", "displayName": "I", "areaStatus": "active"});
    rows["members"].as_array_mut().unwrap().push(internal);
    let shop = Shop::of(rows.clone(), "");
    let (out, err) = exported(&shop, 0);
    assert!(!out.contains("name: MasheryInternalOAuth2"), "{out}");
    assert!(err.contains("not exported: user/MasheryInternalOAuth2 (m2): the platform's own user"), "{err}");
    for null in [true, false] {
        let mut rows = rows.clone();
        rows["members"][0]["areaStatus"] = Json::Null;
        rows["packageKeys"][0]["status"] = Json::Null;
        if !null {
            rows["members"][0].as_object_mut().unwrap().remove("areaStatus");
        }
        let (out, err) = exported(&Shop::of(rows, ""), 0);
        for (address, field) in [("user/alice", "status"), ("key/alice-checkout-payments", "settings.status")] {
            assert!(err.contains(&format!("{address}: {field} is not exported: the store has no value")), "{err}");
        }
        assert!(out.contains("# status is not exported") && out.contains("# settings.status is not exported"), "{out}");
    }
}

#[test]
fn only_one_object_is_exported_with_what_it_needs() {
    let shop = Shop::of(rows(), "");
    let ran = shop.run("export --only key/alice-checkout-payments --minimal");
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let kinds: Vec<&str> = ran.out.lines().filter_map(|line| line.strip_prefix("kind: ")).collect();
    assert_eq!(kinds, ["Package", "Plan", "User", "Application", "PackageKey"]);
    assert!(!ran.out.contains("expires: never") && !ran.out.contains("per: day"), "{}", ran.out);
    assert!(shop.run("export --all").out.contains("expires: never"));
    let ran = shop.run("export --only user/alcie");
    assert!(ran.exit == 1 && ran.err.contains("did you mean user/alice?"), "{}", ran.err);
}

#[test]
fn only_what_is_not_declared_is_exported() {
    let mut rows = rows();
    rows["applications"].as_array_mut().unwrap().push(json!({"id": "a2", "name": "kiosk", "username": "alice"}));
    rows["packageKeys"].as_array_mut().unwrap().push(key("k2", "a2", "l1"));
    let shop = Shop::of(rows, "");
    assert_eq!(shop.run("export --undeclared").out.matches("kind: ").count(), 7);
    shop.write("mine.yaml", "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: alice}\nspec: {email: alice@example.com, displayName: Alice}\n");
    let ran = shop.run("export --undeclared --only application/alice/checkout --out .");
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let text = std::fs::read_to_string(shop.path().join("users/alice.yaml")).unwrap();
    assert!(text.contains("name: checkout") && !text.contains("kind: User"), "{text}");
    let ran = shop.run("export --undeclared --out .");
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let text = std::fs::read_to_string(shop.path().join("users/alice-2.yaml")).unwrap();
    assert!(
        text.contains("name: kiosk") && text.contains("existing: \"k1\"") && text.contains("existing: \"k2\""),
        "{text}"
    );
    shop.check().unwrap();
    let ran = shop.run("export --undeclared");
    assert_eq!((ran.exit, ran.out.as_str(), ran.err.as_str()), (0, "", "Exported: 0 objects.\n"));
}
