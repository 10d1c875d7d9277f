//! The emulator's answers have the shapes of the samples that the vendor and clients published.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;
use serde_json::json;

use super::caller::Emulator;
use super::caller::Reply;

fn sample(name: &str) -> Json {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/emulator").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The names of an object's properties with the types of their values.
fn shape(object: &Json) -> BTreeMap<String, &'static str> {
    let kind = |value: &Json| match value {
        Json::Null => "null",
        Json::Bool(_) => "flag",
        Json::Number(_) => "number",
        Json::String(text) if text.ends_with("+0000") => "instant with milliseconds",
        Json::String(text) if text.len() == 20 && text.ends_with('Z') => "instant",
        Json::String(_) => "text",
        Json::Array(_) => "list",
        Json::Object(_) => "object",
    };
    object.as_object().unwrap().iter().map(|(name, value)| (name.clone(), kind(value))).collect()
}

#[test]
fn tokens_and_their_errors() {
    let emulator = Emulator::start_signed_out(&[]);
    let form = "grant_type=password&username=u&password=p&scope=a";
    let token = emulator.token(form, Some("k:s")).ok();
    assert_eq!(shape(&token), shape(&sample("01-token-response.json")));
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("bearer"), &json!(3600)));
    assert_eq!(shape(&emulator.token(form, None).json()), shape(&sample("02-token-error.json")));
}

#[test]
fn applications_and_members() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    let path = format!("/applications/{}", world.application);
    assert_eq!(shape(&emulator.get(&path).ok()), shape(&sample("03-application-all-fields.json")));
    let (list, expected) = (emulator.get("/applications").ok(), sample("04-applications-list.json"));
    let answer = shape(&list[0]);
    // The client that printed the sample had removed empty values.
    assert!(shape(&expected[0]).iter().all(|property| answer.get(property.0) == Some(property.1)));
    let members = emulator.get("/members?filter=username:alice&fields=*").ok();
    assert_eq!(shape(&members[0]), shape(&sample("05-members-list-filtered.json")[0]));
}

#[test]
fn plans_and_packages() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    let path = format!("/packages/{}/plans/{}", world.package, world.plan);
    let mut request = sample("06-plan-put-roles-request.json");
    request["roles"][0]["id"] = emulator.get("/roles?filter=name:Everyone").ok()[0]["id"].clone();
    assert_eq!(emulator.put(&path, json!({"description": "Test"})).status, 200);
    let answer = emulator.put(&path, request.clone()).ok();
    assert_eq!(shape(&answer), shape(&sample("07-plan-put-response.json")));
    let roles = emulator.get(&format!("{path}?fields=roles")).ok();
    assert_eq!(shape(&roles["roles"][0]), shape(&request["roles"][0]));
    let package = format!("/packages/{}?fields=organization", world.package);
    let reset = sample("22-package-organization-reset-request.json");
    assert_eq!(emulator.put(&package, reset).ok()["organization"], json!(null));
}

#[test]
fn keys() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    let mut generated = sample("09-packagekey-create-request-generated.json");
    let mut custom = sample("10-packagekey-create-request-custom.json");
    for body in [&mut generated, &mut custom] {
        body["package"]["id"] = json!(world.package);
        body["plan"]["id"] = json!(world.plan);
    }
    custom["apikey"] = json!("fake-key-1");
    let keys = format!("/applications/{}/packageKeys", world.application);
    assert_eq!(emulator.post(&keys, custom).ok()["apikey"], "fake-key-1");
    let made = emulator.post(&keys, generated).ok();
    let path = format!("/packageKeys/{}", made["id"].as_str().unwrap());
    assert_eq!(emulator.put(&path, sample("11-packagekey-status-put-request.json")).ok()["status"], "active");
    let (full, expected) = (
        emulator.get(&format!("{path}?fields=id,package,plan,limits,*")).ok(),
        sample("21-packagekey-full-composed.json"),
    );
    let mut shape_of_expected = shape(&expected);
    shape_of_expected.insert("expires".to_owned(), "null");
    assert_eq!(shape(&full), shape_of_expected);
    assert_eq!(full["limits"], expected["limits"]);
    for inside in ["package", "plan"] {
        assert_eq!(shape(&full[inside]), shape(&expected[inside]), "{inside}");
    }
}

#[test]
fn errors_and_usage() {
    let emulator = Emulator::start(&["--calls-per-second", "25", "--calls-per-day", "2000000"]);
    assert_eq!(shape(&emulator.get("/members/x").json()), shape(&sample("19-error-generic.json")));
    let error = emulator.post("/packages", json!({"name": ""})).json();
    let expected = sample("20-error-properties.json");
    assert_eq!((shape(&error), shape(&error["errors"][0])), (shape(&expected), shape(&expected["errors"][0])));
    let usage = emulator.get("/members");
    for (name, _) in sample("16-usage-headers.json")["headers"].as_object().unwrap() {
        assert!(usage.header(name).is_some(), "{name}");
    }
}

#[test]
fn refusals_of_the_gateway() {
    let same = |reply: &Reply, name: &str| {
        let expected = sample(name);
        assert_eq!(
            (json!(reply.status), json!(String::from_utf8_lossy(&reply.body))),
            (expected["status"].clone(), expected["body"].clone())
        );
        for (name, value) in expected["headers"].as_object().unwrap() {
            assert_eq!(reply.header(name), value.as_str(), "{name}");
        }
    };
    let emulator = Emulator::start(&["--fault", "over-qps@GET:/members", "--calls-per-day", "0"]);
    same(&emulator.get("/members"), "17-throttle-over-qps.json");
    same(&emulator.get("/packages"), "18-quota-over-rate.json");
}
