//! Quirks of members, plans, errors and triggers: each once without it, unless that is obvious, and once with it.

use serde_json::Value as Json;
use serde_json::json;

use super::caller::Emulator;
use super::caller::id;

pub(super) fn quirky(quirk: &str) -> Emulator {
    Emulator::start(&["--quirk", quirk])
}

fn bob() -> Json {
    json!({"username": "bob", "email": "bob@example.com", "displayName": "Bob", "company": "Example"})
}

#[test]
fn late_visibility_and_late_lists() {
    let emulator = quirky("late-visibility=2");
    let made = id(&emulator.post("/packages", json!({"name": "pay"})));
    let statuses = [(); 3].map(|()| emulator.get(&format!("/packages/{made}/plans")).status);
    assert_eq!(statuses, [400, 400, 200]);
    let plans = format!("/packages/{made}/plans");
    let plan = id(&emulator.post(&plans, json!({"name": "gold"})));
    let member = json!({"username": "al", "email": "a@example.com", "displayName": "A", "areaStatus": "active"});
    let member = id(&emulator.post("/members", member));
    let below = format!("/members/{member}/applications");
    let shop = [(); 3].map(|()| emulator.post(&below, json!({"name": "shop"})));
    let keys = format!("/applications/{}/packageKeys", id(&shop[2]));
    assert_eq!(
        (shop[0].status, shop[1].status, emulator.get(&keys).status, emulator.get(&keys).status),
        (400, 400, 400, 400)
    );
    let body = json!({"package": {"id": made}, "plan": {"id": plan}});
    let statuses = [(); 3].map(|()| emulator.post(&keys, body.clone()).status);
    assert_eq!(statuses, [400, 400, 200]);
    let emulator = quirky("late-lists");
    emulator.post("/packages", json!({"name": "pay"})).ok();
    let totals = [(); 2].map(|()| emulator.get("/packages").header("x-total-count").unwrap().to_owned());
    assert_eq!(totals, ["0", "1"]);
}

#[test]
fn errors() {
    let emulator = quirky("bare-errors");
    assert_eq!(emulator.post("/packages", json!({})).json(), json!({"errorCode": 400, "errorMessage": "Bad Request"}));
    let emulator = quirky("text-error-code");
    assert_eq!(emulator.get("/packages/x").json()["errorCode"], "404");
}

#[test]
fn members() {
    let emulator = quirky("custom-attributes-with-fields");
    emulator
        .post("/members", json!({"username": "al", "email": "a@example.com", "displayName": "A", "team": "red"}))
        .ok();
    assert_eq!(emulator.get("/members?fields=username").ok(), json!([{"username": "al", "team": "red"}]));

    let emulator = quirky("internal-member");
    assert_eq!(emulator.get("/members?fields=username").ok(), json!([{"username": "MasheryInternalOAuth2"}]));
    let internal = id(&{
        let mut reply = emulator.get("/members");
        reply.body = reply.ok()[0].to_string().into_bytes();
        reply
    });
    assert_eq!(emulator.delete(&format!("/members/{internal}")).status, 400);

    let emulator = quirky("trimmed-texts");
    assert_eq!(emulator.post("/packages", json!({"name": " pay "})).ok()["name"], "pay");

    let emulator = quirky("mandatory-attribute");
    assert_eq!(emulator.post("/members", bob()).refused().0, "costCentre");
    let mut paid = bob();
    paid["costCentre"] = json!("42");
    assert_eq!(emulator.post("/members", paid).status, 200);
}

#[test]
fn changes_of_members_that_are_ignored() {
    let change = json!({"email": "new@example.com", "displayName": "New", "company": "New"});
    let after = |quirks: &[&str]| {
        let flags: Vec<&str> = quirks.iter().flat_map(|quirk| ["--quirk", quirk]).collect();
        let emulator = Emulator::start(&flags);
        let path = format!("/members/{}?fields=email,displayName,company", id(&emulator.post("/members", bob())));
        let reply = emulator.put(&path, change.clone());
        if reply.status == 200 { reply.ok() } else { json!(reply.refused().0) }
    };
    assert_eq!(after(&[]), json!("email"));
    assert_eq!(after(&["email-ignored"]), json!({"email": "bob@example.com", "displayName": "New", "company": "New"}));
    assert_eq!(
        after(&["email-ignored", "display-name-ignored", "profile-create-only"]),
        json!({"email": "bob@example.com", "displayName": "Bob", "company": "Example"})
    );
}

#[test]
fn plans() {
    let emulator = quirky("numeric-template-ids");
    let world = emulator.world();
    let path = format!("/packages/{}/plans/{}?fields=emailTemplateSetId", world.package, world.plan);
    assert_eq!(emulator.put(&path, json!({"emailTemplateSetId": "12"})).ok(), json!({"emailTemplateSetId": 12}));

    let emulator = quirky("self-service-ignored");
    let world = emulator.world();
    let path = format!("/packages/{}/plans/{}", world.package, world.plan);
    let changed = emulator.put(&path, json!({"selfServiceKeyProvisioningEnabled": false, "notes": "x"})).ok();
    assert_eq!(changed["selfServiceKeyProvisioningEnabled"], true);

    let emulator = quirky("weekly-quotas");
    let world = emulator.world();
    let path = format!("/packages/{}/plans/{}", world.package, world.plan);
    assert_eq!(emulator.put(&path, json!({"rateLimitPeriod": "month"})).ok()["rateLimitPeriod"], "week");
}

#[test]
fn names_that_differ_in_case_only() {
    let emulator = Emulator::start(&[]);
    emulator.post("/members", bob()).ok();
    let mut upper = bob();
    upper["username"] = json!("BOB");
    emulator.post("/members", upper.clone()).ok();
    let emulator = quirky("case-folding");
    emulator.post("/members", bob()).ok();
    assert!(emulator.post("/members", upper).refused().1.contains("duplicate value"));
    assert_eq!(emulator.get("/members?filter=username:BO").header("x-total-count"), Some("1"));
    let world = emulator.world();
    emulator.key(&world, json!({"apikey": "fake-key"})).ok();
    assert_eq!(emulator.key(&world, json!({"apikey": "FAKE-key"})).refused().0, "apikey");
    let shop = json!({"name": "SHOP"});
    assert_eq!(emulator.post(&format!("/members/{}/applications", world.member), shop).refused().0, "name");
    assert_eq!(
        emulator.post(&format!("/packages/{}/plans", world.package), json!({"name": "Gold"})).refused().0,
        "name"
    );
}

#[test]
fn deletes_that_take_along() {
    let emulator = quirky("cascading-deletes");
    let world = emulator.world();
    let key = id(&emulator.key(&world, json!({})));
    assert_eq!(emulator.delete(&format!("/packages/{}", world.package)).status, 200);
    assert_eq!(emulator.get(&format!("/packageKeys/{key}")).status, 404);
    assert_eq!(emulator.delete(&format!("/members/{}", world.member)).status, 200);
    assert_eq!(emulator.get("/applications").ok(), json!([]));
}

#[test]
fn triggers() {
    let emulator = quirky("trigger-vetoes");
    let mut vetoed = bob();
    vetoed["company"] = json!("veto this");
    assert_eq!(emulator.post("/members", vetoed).status, 400);
    assert_eq!(emulator.post("/packages", json!({"name": "veto"})).status, 200);
    let emulator = quirky("trigger-alters");
    let world = emulator.world();
    assert_eq!(
        emulator.get(&format!("/members/{}?fields=company", world.member)).ok()["company"],
        "altered by trigger"
    );
    assert_eq!(emulator.get(&format!("/applications/{}", world.application)).ok()["notes"], "altered by trigger");
    assert_eq!(emulator.key(&world, json!({"status": "active"})).ok()["status"], "waiting");
}
