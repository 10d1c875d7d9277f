//! What other clients rely on: objects inside other objects, long paths, limits and addresses that come back as they
//! were sent, and quirks of these.

use serde_json::json;

use super::caller::Emulator;
use super::caller::id;
use super::quirks::quirky;

#[test]
fn a_package_is_created_with_its_plans_and_a_member_with_applications_and_keys() {
    let emulator = Emulator::start(&[]);
    let plans = json!([{"name": "gold", "qpsLimitCeiling": 9}, {"name": "silver", "services": [{"id": "fakeservice0000000000001"}]}]);
    let made = emulator
        .post(
            "/packages?fields=id,plans.id,plans.name,plans.qpsLimitCeiling,plans.services.id",
            json!({"name": "pay", "plans": plans}),
        )
        .ok();
    let mut names: Vec<_> =
        made["plans"].as_array().unwrap().iter().map(|plan| plan["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["gold", "silver"]);
    let gold = made["plans"].as_array().unwrap().iter().find(|plan| plan["name"] == "gold").unwrap();
    assert_eq!(gold["qpsLimitCeiling"], 9);
    let key = json!({"package": {"id": made["id"]}, "plan": {"id": gold["id"]}, "apikey": "fake-key"});
    let member = json!({"username": "al", "email": "al@example.com", "displayName": "Al", "areaStatus": "active",
        "applications": [{"name": "shop", "packageKeys": [key]}, {"name": "kiosk"}]});
    let made = emulator.post("/members?fields=applications.name,applications.packageKeys.apikey", member).ok();
    assert_eq!(made["applications"].as_array().unwrap().len(), 2);
    assert!(made.to_string().contains("fake-key"), "{made}");
    assert_eq!(emulator.get("/packageKeys").header("x-total-count"), Some("1"));
}

#[test]
fn a_refused_object_inside_leaves_nothing_behind() {
    let emulator = Emulator::start(&[]);
    let twice = json!({"name": "pay", "plans": [{"name": "gold"}, {"name": "gold"}]});
    assert_eq!(emulator.post("/packages", twice).refused().0, "plans.name");
    assert_eq!(emulator.get("/packages").ok(), json!([]));
    let member = |applications| json!({"username": "al", "email": "al@example.com", "displayName": "Al", "applications": applications});
    assert_eq!(
        emulator.post("/members", member(json!([{"name": "shop"}, {"name": ""}]))).refused().0,
        "applications.name"
    );
    assert_eq!(emulator.post("/members", member(json!("shop"))).refused().0, "applications");
    assert_eq!(emulator.get("/members").ok(), json!([]));
    // The username is free: the member never existed.
    assert_eq!(emulator.post("/members", member(json!([{"name": "shop"}]))).status, 200);
}

#[test]
fn paths_of_fields_are_as_long_as_the_service_is_deep() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    emulator
        .post(
            &format!("/packages/{}/plans/{}/services", world.package, world.plan),
            json!({"id": "fakeservice0000000000001"}),
        )
        .ok();
    let fields = "fields=plans.services.endpoints.methods.id,plans.services.endpoints.methods.responseFilters.id,plans.services.id";
    let read = emulator.get(&format!("/packages?{fields}")).ok();
    assert_eq!(read[0]["plans"][0]["services"][0]["id"], "fakeservice0000000000001");
}

#[test]
fn a_ceiling_survives_an_exemption() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    let plan = format!("/packages/{}/plans/{}?fields=qpsLimitCeiling,qpsLimitExempt", world.package, world.plan);
    emulator.put(&plan, json!({"qpsLimitCeiling": 7})).ok();
    let exempt = json!({"qpsLimitCeiling": 7, "qpsLimitExempt": true});
    assert_eq!(emulator.put(&plan, json!({"qpsLimitExempt": true})).ok(), exempt);
    assert_eq!(
        emulator.put(&plan, json!({"qpsLimitExempt": false})).ok(),
        json!({"qpsLimitCeiling": 7, "qpsLimitExempt": false})
    );
    // A ceiling that is sent meanwhile is in force afterwards.
    emulator.put(&plan, json!({"qpsLimitExempt": true, "qpsLimitCeiling": 9})).ok();
    assert_eq!(emulator.put(&plan, json!({"qpsLimitExempt": false})).ok()["qpsLimitCeiling"], 9);
    let key = id(&emulator.key(&world, json!({"rateLimitCeiling": 5})));
    let key = format!("/packageKeys/{key}?fields=rateLimitCeiling,rateLimitExempt");
    assert_eq!(
        emulator.put(&key, json!({"rateLimitExempt": true})).ok(),
        json!({"rateLimitCeiling": 5, "rateLimitExempt": true})
    );
    assert_eq!(emulator.put(&key, json!({"rateLimitExempt": false})).ok()["rateLimitCeiling"], 5);
}

#[test]
fn addresses_come_back_as_they_were_sent() {
    let emulator = Emulator::start(&[]);
    let sent = "b@example.com,a@example.com ,  c@example.com";
    let package = id(&emulator.post("/packages", json!({"name": "pay", "notifyAdminEmails": sent})));
    let path = format!("/packages/{package}?fields=notifyAdminEmails");
    assert_eq!(emulator.get(&path).ok()["notifyAdminEmails"], sent);
    assert_eq!(emulator.put(&path, json!({"notifyAdminEmails": ""})).ok()["notifyAdminEmails"], "");
}

#[test]
fn an_empty_status_is_left_out() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    let key = emulator.key(&world, json!({"status": ""})).ok();
    assert_eq!(key["status"], "active");
    let plan = format!("/packages/{}/plans/{}", world.package, world.plan);
    assert_eq!(emulator.put(&plan, json!({"status": ""})).ok()["status"], "active");
    let emulator = quirky("empty-status-refused");
    let world = emulator.world();
    assert_eq!(emulator.key(&world, json!({"status": ""})).refused().0, "status");
}

#[test]
fn an_application_takes_its_keys_along() {
    for (quirk, deleted, left) in [(None, 200, "0"), (Some("application-with-keys-refused"), 400, "1")] {
        let emulator = quirk.map_or_else(|| Emulator::start(&[]), quirky);
        let world = emulator.world();
        emulator.key(&world, json!({})).ok();
        assert_eq!(emulator.delete(&format!("/applications/{}", world.application)).status, deleted, "{quirk:?}");
        assert_eq!(emulator.get("/packageKeys").header("x-total-count"), Some(left), "{quirk:?}");
    }
}

#[test]
fn names_can_be_there_twice() {
    let emulator = quirky("duplicate-names");
    let world = emulator.world();
    let applications = format!("/members/{}/applications", world.member);
    let second = emulator.post(&applications, json!({"name": "shop"})).ok();
    assert_eq!(second["name"], "shop");
    assert_eq!(emulator.post("/packages", json!({"name": "pay"})).ok()["name"], "pay");
    assert_eq!(emulator.post(&format!("/packages/{}/plans", world.package), json!({"name": "gold"})).status, 200);
    let names = emulator.get(&format!("{applications}?fields=name&filter=name:shop")).ok();
    assert_eq!(names, json!([{"name": "shop"}, {"name": "shop"}]));
    let path = format!("/applications/{}", second["id"].as_str().unwrap());
    assert_eq!(emulator.put(&path, json!({"name": "kiosk"})).ok()["name"], "kiosk");
    assert_eq!(emulator.put(&path, json!({"name": "shop", "ads": true})).ok()["name"], "shop");
    assert!(
        emulator
            .post("/members", json!({"username": "alice", "email": "a@example.com", "displayName": "A"}))
            .refused()
            .1
            .contains("duplicate value")
    );
}

#[test]
fn limits_of_an_unlimited_key() {
    for (quirk, entries) in [(None, 1), (Some("unlimited-in-limits"), 2)] {
        let emulator = quirk.map_or_else(|| Emulator::start(&[]), quirky);
        let world = emulator.world();
        let key = id(&emulator.key(&world, json!({"rateLimitExempt": true, "qpsLimitCeiling": 3})));
        let limits = emulator.get(&format!("/packageKeys/{key}?fields=limits")).ok();
        assert_eq!(limits["limits"].as_array().unwrap().len(), entries, "{limits}");
    }
}

#[test]
fn several_terms_of_a_filter() {
    let all = "/packages?fields=name&filter=name:pay&filter=description:money";
    for (quirk, found) in [(None, "1"), (Some("filter-any"), "2")] {
        let emulator = quirk.map_or_else(|| Emulator::start(&[]), quirky);
        emulator.post("/packages", json!({"name": "pay", "description": "money"})).ok();
        emulator.post("/packages", json!({"name": "pay later"})).ok();
        emulator.post("/packages", json!({"name": "other"})).ok();
        assert_eq!(emulator.get(all).header("x-total-count"), Some(found), "{quirk:?}");
        assert_eq!(emulator.get("/packages").header("x-total-count"), Some("3"));
    }
}

#[test]
fn a_value_in_two_plans_with_a_common_service() {
    let emulator = quirky("shared-service-values");
    let mut world = emulator.world();
    let attach = |package: &str, plan: &str| {
        let service = json!({"id": "fakeservice0000000000001"});
        emulator.post(&format!("/packages/{package}/plans/{plan}/services"), service).ok();
    };
    attach(&world.package, &world.plan);
    emulator.key(&world, json!({"apikey": "fake-key"})).ok();
    world.package = id(&emulator.post("/packages", json!({"name": "other"})));
    world.plan = id(&emulator.post(&format!("/packages/{}/plans", world.package), json!({"name": "gold"})));
    let kiosk = id(&emulator.post(&format!("/members/{}/applications", world.member), json!({"name": "kiosk"})));
    let shop = std::mem::replace(&mut world.application, kiosk);
    let free = id(&emulator.key(&world, json!({"apikey": "fake-key"})));
    assert_eq!(emulator.delete(&format!("/packageKeys/{free}")).status, 200);
    attach(&world.package, &world.plan);
    assert!(emulator.key(&world, json!({"apikey": "fake-key"})).refused().1.contains("duplicate value"));
    world.application = shop;
    assert_eq!(emulator.key(&world, json!({"apikey": "fake-key"})).status, 200);
}

#[test]
fn a_package_without_a_date() {
    let emulator = quirky("null-created");
    let package = emulator.post("/packages", json!({"name": "pay"})).ok();
    assert_eq!((&package["created"], package["updated"].is_string()), (&json!(null), true));
}
