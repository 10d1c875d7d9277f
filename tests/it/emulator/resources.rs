//! Each resource: create, get, update, delete, and the refusals of the documented rules.

use serde_json::json;

use super::caller::Emulator;
use super::caller::id;

#[test]
fn members_live_from_post_to_delete() {
    let emulator = Emulator::start(&[]);
    let body = json!({"username": "alice", "email": "alice@example.com", "displayName": "Alice ", "costCentre": "42",
        "passwdNew": "fake-password", "is_packaged": true});
    let made = emulator.post("/members", body).ok();
    assert_eq!(
        (&made["username"], &made["displayName"], &made["costCentre"]),
        (&json!("alice"), &json!("Alice "), &json!("42"))
    );
    assert_eq!((&made["blog"], made.get("company"), made.get("areaStatus")), (&json!(""), None, None));
    let path = format!("/members/{}", made["id"].as_str().unwrap());
    let full = emulator.get(&format!("{path}?fields=*,roles")).ok();
    assert_eq!((&full["areaStatus"], &full["passwdNew"], &full["roles"]), (&json!("waiting"), &json!(""), &json!([])));
    assert_eq!(full.get("costCentre"), None);
    let roles = json!([{"name": "Everyone"}]);
    let changed = emulator
        .put(
            &format!("{path}?fields=areaStatus,roles.name,company"),
            json!({"areaStatus": "active", "roles": roles, "company": "Example"}),
        )
        .ok();
    assert_eq!(changed, json!({"areaStatus": "active", "roles": [{"name": "Everyone"}], "company": "Example"}));
    let cleared = emulator.put(&format!("{path}?fields=company,displayName"), json!({"company": ""})).ok();
    assert_eq!(cleared, json!({"company": "", "displayName": "Alice "}));
    assert_eq!(emulator.put(&path, json!({"username": "bob"})).refused().0, "username");
    assert_eq!(emulator.put(&path, json!({"email": "bob@example.com"})).refused().0, "email");
    assert_eq!(emulator.put(&path, json!({"areaStatus": "gone"})).refused().0, "areaStatus");
    assert_eq!(emulator.put(&path, json!({"roles": [{"id": "x"}]})).refused().0, "roles");
    let deleted = emulator.delete(&path);
    assert_eq!((deleted.status, deleted.body.len()), (200, 0));
    assert_eq!(emulator.get(&path).status, 404);
    assert_eq!(emulator.delete(&path).json()["errorCode"], 404);
    let again = json!({"username": "alice", "email": "a@example.com", "displayName": "Alice"});
    assert!(emulator.post("/members", again).refused().1.contains("duplicate value"));
}

#[test]
fn applications_hang_on_their_member() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    let below = format!("/members/{}/applications", world.member);
    let (path, nested) = (format!("/applications/{}", world.application), format!("{below}/{}", world.application));
    assert_eq!(emulator.get(&nested).ok()["username"], "alice");
    assert_eq!(emulator.get(&format!("/members/{}/applications/{}", world.package, world.application)).status, 404);
    assert_eq!(emulator.post("/applications", json!({"name": "x"})).status, 405);
    assert_eq!(emulator.post(&format!("/members/{}/applications", world.package), json!({"name": "x"})).status, 404);
    assert!(emulator.post(&below, json!({"name": "shop"})).refused().1.contains("duplicate value"));
    assert_eq!(emulator.post(&below, json!({"name": ""})).refused().0, "name");
    let changed = emulator.put(&nested, json!({"name": "store", "ads": true, "team": "red"})).ok();
    assert_eq!((&changed["name"], &changed["ads"], &changed["team"]), (&json!("store"), &json!(true), &json!("red")));
    assert_eq!(emulator.put(&path, json!({"team": ""})).ok().get("team"), None);
    assert_eq!(emulator.put(&path, json!({"ads": "yes"})).refused().0, "ads");
    assert_eq!(emulator.delete(&format!("/members/{}", world.member)).refused().0, "id");
    assert_eq!(emulator.delete(&nested).status, 200);
    assert_eq!(emulator.get(&path).status, 404);
}

#[test]
fn packages_and_plans() {
    let emulator = Emulator::start(&[]);
    let body = json!({"name": "pay", "notifyAdminEmails": "b@example.com, a@example.com", "keyLength": 32, "eav": {"team": "red"}});
    let package = emulator.post("/packages?fields=*,eav,plans,organization", body).ok();
    assert_eq!(
        (&package["notifyAdminEmails"], &package["keyLength"]),
        (&json!("b@example.com, a@example.com"), &json!(32))
    );
    assert_eq!(
        (&package["eav"], &package["plans"], &package["organization"]),
        (&json!({"team": "red"}), &json!([]), &json!(null))
    );
    let path = format!("/packages/{}", package["id"].as_str().unwrap());
    let organization = json!({"organization": {"id": "5", "name": "Unit"}});
    assert_eq!(emulator.put(&path, organization).ok().get("organization"), None);
    assert_eq!(
        emulator.get(&format!("{path}?fields=organization.name")).ok(),
        json!({"organization": {"name": "Unit"}})
    );
    assert_eq!(emulator.put(&path, json!({"eav": {"team": null}})).status, 200);
    assert_eq!(emulator.get(&format!("{path}?fields=eav")).ok(), json!({"eav": {}}));
    assert!(emulator.post("/packages", json!({"name": "pay"})).refused().1.contains("duplicate value"));
    assert_eq!(emulator.put(&path, json!({"keyAdapter": "x"})).refused().0, "keyAdapter");
    assert_eq!(emulator.put(&path, json!({"notifyAdminPeriod": "year"})).refused().0, "notifyAdminPeriod");
    let plans = format!("{path}/plans");
    let plan = emulator
        .post(
            &plans,
            json!({"name": "gold", "qpsLimitExempt": true, "rateLimitCeiling": 7, "adminEmailTemplateSetId": 12}),
        )
        .ok();
    assert_eq!(
        (&plan["qpsLimitCeiling"], &plan["qpsLimitExempt"], &plan["rateLimitCeiling"]),
        (&json!(0), &json!(true), &json!(7))
    );
    let one = format!("{plans}/{}", plan["id"].as_str().unwrap());
    let changed =
        emulator.put(&one, json!({"qpsLimitExempt": false, "qpsLimitCeiling": 9, "rateLimitPeriod": "month"})).ok();
    assert_eq!((&changed["qpsLimitCeiling"], &changed["rateLimitPeriod"]), (&json!(9), &json!("month")));
    let ids = emulator.get(&format!("{one}?fields=emailTemplateSetId,adminEmailTemplateSetId")).ok();
    assert_eq!(ids, json!({"emailTemplateSetId": null, "adminEmailTemplateSetId": 12}));
    assert_eq!(emulator.put(&one, json!({"rateLimitPeriod": "week"})).refused().0, "rateLimitPeriod");
    assert_eq!(emulator.put(&one, json!({"qpsLimitCeiling": -1})).refused().0, "qpsLimitCeiling");
    assert_eq!(emulator.put(&one, json!({"name": "silver"})).ok()["name"], "silver");
    assert_eq!(emulator.get(&format!("{path}?fields=plans.name")).ok(), json!({"plans": [{"name": "silver"}]}));
    assert_eq!(emulator.put(&path, json!({"name": "buy"})).ok()["name"], "buy");
    assert_eq!(emulator.post(&plans, json!({"name": "silver"})).refused().0, "name");
    assert_eq!(emulator.delete(&path).refused().0, "id");
    assert_eq!((emulator.delete(&one).status, emulator.delete(&path).status), (200, 200));
}

#[test]
fn services_of_a_plan_are_only_ids() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    let path = format!("/packages/{}/plans/{}/services", world.package, world.plan);
    assert_eq!(emulator.get(&path).ok(), json!([]));
    let service = "fakeservice0000000000001";
    assert_eq!(emulator.post(&path, json!({"id": service})).ok(), json!({"id": service}));
    assert_eq!(emulator.post(&path, json!({"id": service})).refused().0, "id");
    assert_eq!(emulator.get(&format!("{path}/{service}")).ok(), json!({"id": service}));
    assert_eq!(emulator.get(&format!("{path}/other")).status, 404);
    let plan = format!("/packages/{}/plans/{}?fields=services.id", world.package, world.plan);
    assert_eq!(emulator.get(&plan).ok(), json!({"services": [{"id": service}]}));
    assert_eq!(emulator.delete(&format!("{path}/{service}")).body, b"");
    assert_eq!(emulator.get(&path).header("x-total-count"), Some("0"));
}

#[test]
fn services_have_endpoints_and_plans_open_some_of_them() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    let service = json!({"name": "Payments API", "crossdomainPolicy": "*", "endpoints": [{"name": "v1", "inboundSslRequired": true}]});
    let made = emulator.post("/services?fields=*,endpoints", service).ok();
    let (service, v1) = (made["id"].as_str().unwrap(), made["endpoints"][0]["id"].as_str().unwrap());
    assert_eq!((service.len(), v1.len()), (24, 24));
    assert_eq!(made["created"].as_str().map(|at| at.ends_with("+0000")), Some(true));
    let v2 = id(&emulator.post(&format!("/services/{service}/endpoints"), json!({"name": "v2"})));
    assert_eq!(emulator.post("/services", json!({"name": ""})).refused().0, "name");
    let names = emulator.get("/services?fields=name,endpoints.name").ok();
    assert_eq!(names, json!([{"name": "Payments API", "endpoints": [{"name": "v1"}, {"name": "v2"}]}]));
    assert_eq!(emulator.get("/services?filter=name:Pay&limit=1").header("x-total-count"), Some("1"));
    let changed = emulator.put(&format!("/services/{service}"), json!({"name": "Pay", "qpsLimitOverall": 7})).ok();
    assert_eq!(
        (&changed["name"], &changed["crossdomainPolicy"], &changed["qpsLimitOverall"], changed.get("endpoints")),
        (&json!("Pay"), &json!("*"), &json!(7), None)
    );

    let plan = format!("/packages/{}/plans/{}", world.package, world.plan);
    let opened = format!("{plan}/services");
    assert_eq!(emulator.post(&opened, json!({"id": "fakeservice0000000000001"})).refused().0, "id");
    assert_eq!(emulator.post(&opened, json!({"id": service})).ok(), json!({"id": service}));
    let below = format!("{opened}/{service}/endpoints");
    assert_eq!(emulator.get(&below).ok(), json!([]));
    assert_eq!(emulator.post(&below, json!({"id": "fakeendpoint000000000001"})).refused().0, "id");
    let filter = json!({"id": v1, "methods": [{"id": "fakemethod00000000000001", "responseFilter": {"name": "f"}}]});
    assert_eq!(emulator.post(&below, filter).ok(), json!({"id": v1}));
    assert_eq!(emulator.post(&below, json!({"id": v2})).ok(), json!({"id": v2}));
    let path = format!("{plan}?fields=services.id,services.name,services.endpoints.id,services.endpoints.name");
    let both = json!([{"id": v1, "name": "v1"}, {"id": v2, "name": "v2"}]);
    assert_eq!(emulator.get(&path).ok()["services"], json!([{"id": service, "name": "Pay", "endpoints": both}]));
    // What the emulator does not know of an endpoint in a plan stays, also when a plan is updated.
    emulator.put(&plan, json!({"description": "x"})).ok();
    let methods = emulator.get(&format!("{plan}?fields=services.endpoints.methods.responseFilter")).ok();
    assert_eq!(methods["services"][0]["endpoints"][0]["methods"], json!([{"responseFilter": {"name": "f"}}]));

    assert_eq!(emulator.delete(&format!("{below}/{v2}")).status, 200);
    assert_eq!(emulator.get(&below).header("x-total-count"), Some("1"));
    assert_eq!(emulator.delete(&format!("/services/{service}/endpoints/{v1}")).body, b"");
    assert_eq!(emulator.get(&below).ok(), json!([]));
    assert_eq!(emulator.delete(&format!("/services/{service}")).body, b"");
    assert_eq!((emulator.get(&opened).ok(), emulator.get("/services").ok()), (json!([]), json!([])));
}

#[test]
fn keys_are_made_below_their_application_and_change_their_plan() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    let made = emulator.key(&world, json!({})).ok();
    assert_eq!(made["apikey"].as_str().unwrap().len(), 24);
    assert_eq!((&made["secret"], &made["status"], made.get("expires")), (&json!(""), &json!("active"), None));
    let path = format!("/packageKeys/{}", made["id"].as_str().unwrap());
    let nested = format!("/applications/{}{path}", world.application);
    let limits = json!({"qpsLimitCeiling": 5, "rateLimitExempt": true, "expires": "2027-06-30T00:00:00Z", "limits": [], "apikey": "fake-other"});
    let changed =
        emulator.put(&format!("{nested}?fields=qpsLimitCeiling,rateLimitExempt,expires,limits,apikey"), limits).ok();
    assert_eq!(changed["limits"], json!([{"period": "second", "source": "key", "ceiling": 5}]));
    assert_eq!((&changed["expires"], &changed["apikey"]), (&json!("2027-06-30"), &made["apikey"]));
    let back = emulator
        .put(
            &format!("{path}?fields=qpsLimitCeiling,rateLimitExempt,expires"),
            json!({"qpsLimitCeiling": null, "rateLimitExempt": false, "expires": ""}),
        )
        .ok();
    assert_eq!(back, json!({"qpsLimitCeiling": 0, "rateLimitExempt": false, "expires": null}));
    let silver = id(&emulator.post(
        &format!("/packages/{}/plans", world.package),
        json!({"name": "silver", "qpsLimitKeyOverrideAllowed": false}),
    ));
    let moved = emulator.put(&format!("{path}?fields=plan.id,plan.name"), json!({"plan": {"id": silver}})).ok();
    assert_eq!(moved, json!({"plan": {"id": silver, "name": "silver"}}));
    assert_eq!(emulator.put(&path, json!({"qpsLimitCeiling": 5})).refused().0, "qpsLimitCeiling");
    let other = id(&emulator.post("/packages", json!({"name": "other"})));
    let gold = id(&emulator.post(&format!("/packages/{other}/plans"), json!({"name": "gold"})));
    assert_eq!(emulator.put(&path, json!({"plan": {"id": gold}})).refused().0, "plan");
    assert_eq!(emulator.put(&path, json!({"package": {"id": other}})).refused().0, "package");
    assert_eq!(emulator.put(&path, json!({"status": "waiting"})).refused().0, "status");
    assert_eq!(emulator.put(&path, json!({"status": "disabled"})).ok()["status"], "disabled");
    assert_eq!(emulator.post("/packageKeys", json!({})).status, 405);
    assert_eq!(emulator.delete(&nested).status, 200);
    assert_eq!(emulator.get(&path).status, 404);
}

#[test]
fn a_custom_value_is_there_once_a_package() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    let custom = json!({"apikey": "fake-key-1", "secret": "fake-secret-1", "status": "waiting"});
    let made = emulator.key(&world, custom.clone()).ok();
    assert_eq!(
        (&made["apikey"], &made["secret"], &made["status"]),
        (&json!("fake-key-1"), &json!("fake-secret-1"), &json!("waiting"))
    );
    let (property, message) = emulator.key(&world, custom.clone()).refused();
    assert!(
        property == "apikey" && message.contains("duplicate value") && !message.contains("fake-key-1"),
        "{message}"
    );
    assert_eq!(emulator.key(&world, json!({"apikey": "fake key"})).refused().0, "apikey");
    assert_eq!(emulator.key(&world, json!({"package": {"id": "x"}})).refused().0, "package");
    assert_eq!(emulator.key(&world, json!({"plan": null})).refused().0, "plan");
    let package = id(&emulator.post("/packages", json!({"name": "other"})));
    let plan = id(&emulator.post(&format!("/packages/{package}/plans"), json!({"name": "gold"})));
    let other = super::caller::World { package, plan, member: String::new(), application: world.application };
    assert_eq!(emulator.key(&other, custom).status, 200);
}

#[test]
fn a_disabled_member_takes_his_keys_along_and_gets_none() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    let key = id(&emulator.key(&world, json!({})));
    assert_eq!(emulator.put(&format!("/members/{}", world.member), json!({"areaStatus": "disabled"})).status, 200);
    assert_eq!(emulator.get(&format!("/packageKeys/{key}")).ok()["status"], "disabled");
    assert_eq!(emulator.key(&world, json!({})).refused().0, "status");
}

#[test]
fn roles_and_the_other_lookups_can_only_be_read() {
    let emulator = Emulator::start(&[]);
    let roles = emulator.get("/roles?filter=name:User&sort=name&limit=1&fields=id,name");
    assert_eq!((roles.header("x-total-count"), &roles.ok()[0]["name"]), (Some("3"), &json!("Call Inspector User")));
    let one = roles.ok()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(emulator.get(&format!("/roles/{one}")).ok()["isPredefined"], true);
    assert_eq!(emulator.get("/roles/x").status, 404);
    assert_eq!(emulator.post("/roles", json!({"name": "x"})).status, 405);
    assert_eq!(emulator.get("/organizations").ok().as_array().unwrap().len(), 1);
    assert_eq!(emulator.get("/emailTemplateSets").status, 200);
    for (method, path) in
        [("DELETE", "/members"), ("DELETE", "/packageKeys/"), ("PUT", "/packages"), ("PATCH", "/members/x")]
    {
        assert_eq!(emulator.ask(method, path, None).unwrap().status, 405, "{method} {path}");
    }
    assert_eq!(emulator.get("/secrets").status, 404);
}

#[test]
fn objects_survive_and_foreign_writes_are_seen() {
    let mut emulator = Emulator::start(&["--database", "{}/store.db"]);
    let world = emulator.world();
    let second = Emulator::start(&["--database", emulator.folder().join("store.db").to_str().unwrap()]);
    assert_eq!(second.get(&format!("/packages/{}", world.package)).ok()["name"], "pay");
    let added = id(&second.post("/packages", json!({"name": "late"})));
    assert_eq!(emulator.get("/packages?fields=id").ok().as_array().unwrap().len(), 2);
    assert_eq!(emulator.put(&format!("/packages/{added}"), json!({"name": "later"})).status, 200);
    assert_eq!(second.get(&format!("/packages/{added}")).ok()["name"], "later");
    emulator.child().kill().unwrap();
    assert_eq!(second.get("/members").header("x-total-count"), Some("1"));
}
