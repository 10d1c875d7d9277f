//! Quirks of MFT: each once without it, unless that is obvious, and once with it.

use std::time::Duration;
use std::time::Instant;

use serde_json::Value as Json;
use serde_json::json;

use super::caller::Emulator;
use super::caller::id;
use super::mft::LIST;
use super::mft::ask;
use super::mft::blamed;
use super::mft::create;
use super::mft::list;
use super::mft::orders;
use super::mft::start;
use super::mft::update;

fn quirky(quirk: &str) -> Emulator {
    start(&["--quirk", quirk])
}

/// The answer to creating a key under a quirk.
fn made(quirk: &str) -> Json {
    create(&quirky(quirk), orders()).ok()
}

/// The key with some properties changed.
fn with(key: &Json, changes: Json) -> Json {
    let mut key = key.clone();
    changes.as_object().unwrap().iter().for_each(|(name, value)| key[name] = value.clone());
    key
}

#[test]
fn deleted_keys() {
    for (listed, count) in [(None, 0), (Some("--quirk=mft-list-includes-deleted"), 1)] {
        let arguments: Vec<&str> = ["--quirk=mft-delete"].into_iter().chain(listed).collect();
        let emulator = start(&arguments);
        let path = format!("/api/ApiKey?id={}", id(&create(&emulator, orders())));
        assert_eq!(ask(&emulator, "DELETE", &path, None).ok(), json!({"thruStatus": "Success", "data": null}));
        let keys = list(&emulator);
        assert_eq!(keys.as_array().unwrap().len(), count);
        assert!(keys.get(0).is_none_or(|key| key["deletedDate"].is_string() && key["deletedBy"] == "sandbox"));
        let gone = [ask(&emulator, "GET", &path, None), ask(&emulator, "DELETE", &path, None)];
        assert_eq!(gone.map(|reply| reply.status), [404, 404]);
        assert_eq!(create(&emulator, orders()).ok()["keyName"], "orders");
    }
}

#[test]
fn styles_of_lists() {
    for (style, text) in
        [("comma", "41,42"), ("comma-space", "41, 42"), ("semicolon", "41;42"), ("pipe", "41|42"), ("json", "[41,42]")]
    {
        let key = made(&format!("mft-list-separator={style}"));
        assert_eq!(key["allowedOrgs"], text, "{style}");
    }
    assert_eq!(made("mft-list-separator=json")["allowedApis"], "[\"audit\",\"billing\"]");
}

#[test]
fn how_updates_handle_omitted_properties() {
    let after = |arguments: &[&str]| {
        let emulator = start(arguments);
        let key = create(&emulator, orders()).ok();
        update(&emulator, json!({"id": key["id"], "keyName": "orders"})).ok()
    };
    let merged = after(&["--quirk=mft-update-mode=merge"]);
    assert_eq!((&merged["allowedOrgs"], &merged["expirationDate"]), (&json!("41,42"), &json!("2027-06-30T00:00:00Z")));
    assert_eq!(after(&["--quirk=mft-omitted-bool-false"])["enabled"], false);
    let both = after(&["--quirk=mft-omitted-bool-false", "--quirk=mft-update-mode=merge"]);
    assert_eq!((&both["enabled"], &both["allowedOrgs"]), (&json!(false), &json!("41,42")));
}

#[test]
fn updates_that_are_ignored() {
    let emulator = quirky("mft-ignore-fields-on-update=allowedOrgs,expirationDate,keyName");
    let key = create(&emulator, orders()).ok();
    let changes = json!({"allowedOrgs": "7", "expirationDate": null, "keyName": "other", "enabled": false});
    let updated = update(&emulator, with(&key, changes)).ok();
    let answer = ["allowedOrgs", "expirationDate", "keyName", "enabled"].map(|name| updated[name].clone());
    assert_eq!(json!(answer), json!(["41,42", "2027-06-30T00:00:00Z", "orders", false]));

    let emulator = quirky("mft-ignore-fields-on-update=enabled,allowedApis");
    let key = create(&emulator, orders()).ok();
    let updated = update(&emulator, with(&key, json!({"enabled": false, "allowedApis": "x"}))).ok();
    assert_eq!((&updated["enabled"], &updated["allowedApis"]), (&json!(true), &json!("audit,billing")));

    let emulator = quirky("mft-expiry-clearable=no");
    let key = create(&emulator, orders()).ok();
    let updated = update(&emulator, with(&key, json!({"expirationDate": null}))).ok();
    assert_eq!(updated["expirationDate"], key["expirationDate"]);
    let updated = update(&emulator, with(&key, json!({"expirationDate": "2028-01-01T00:00:00Z"}))).ok();
    assert_eq!(updated["expirationDate"], "2028-01-01T00:00:00Z");
}

#[test]
fn names() {
    let emulator = quirky("mft-duplicate-names=allow");
    let ids = [(); 3].map(|()| id(&create(&emulator, orders())));
    assert!(ids[0] != ids[1] && ids[1] != ids[2]);
    let keys = list(&emulator);
    assert!(keys.as_array().unwrap().iter().all(|key| key["keyName"] == "orders"), "{keys}");
    assert_eq!(keys.as_array().unwrap().len(), 3);

    let emulator = quirky("mft-any-key-name");
    for name in [json!(null), json!(""), json!(" x "), json!("a\nb")] {
        let key = create(&emulator, with(&orders(), json!({"keyName": name}))).ok();
        assert_eq!(key["keyName"], name);
        assert_eq!(update(&emulator, key).ok()["keyName"], name);
    }

    assert_eq!(made("mft-name-mode=alias")["name"], "orders");
    assert_eq!(made("mft-name-mode=null")["name"], json!(null));
    assert_eq!(made("mft-name-mode=owner")["name"], "sandbox");
    assert_eq!(made("mft-pascal-case")["KeyName"], "orders");
}

#[test]
fn dates() {
    assert_eq!(made("mft-date-format=z")["expirationDate"], "2027-06-30T00:00:00Z");
    let key = made("mft-date-format=no-offset");
    assert_eq!(key["expirationDate"], "2027-06-30T00:00:00");
    assert!(!key["createdDate"].as_str().unwrap().ends_with('Z'));
    assert_eq!(made("mft-date-format=seven-digits")["expirationDate"], "2027-06-30T00:00:00.0000000Z");
    let key = create(&quirky("mft-unset-dates"), with(&orders(), json!({"expirationDate": null}))).ok();
    let answer = ["expirationDate", "updatedDate", "deletedDate"].map(|name| key[name].clone());
    assert_eq!(answer, [json!("0001-01-01T00:00:00"), json!("0001-01-01T00:00:00"), json!(null)]);
    let past = with(&orders(), json!({"expirationDate": "2001-01-01T00:00:00Z"}));
    assert_eq!(blamed(&create(&quirky("mft-past-expiry-refused"), past)), ["expirationDate"]);
}

#[test]
fn shapes_of_answers() {
    let emulator = quirky("mft-response-content-type=text/plain");
    let reply = create(&emulator, orders());
    assert_eq!(reply.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(reply.ok()["keyName"], "orders");

    let emulator = quirky("mft-html-on-unknown-path");
    let reply = ask(&emulator, "GET", "/api/ApiKeys", None);
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert_eq!(emulator.send("GET", "/v3/rest/x", "", "").unwrap().status, 403);

    let emulator = quirky("mft-wrapped-list");
    let key = create(&emulator, orders()).ok();
    assert_eq!(list(&emulator), json!({"items": [key]}));

    let get = |quirk: &str| ask(&quirky(quirk), "GET", "/api/ApiKey?id=x", None);
    assert_eq!(get("mft-missing-key=null").ok(), json!(null));
    let empty = get("mft-missing-key=empty");
    assert_eq!((empty.status, empty.body.len()), (200, 0));
}

#[test]
fn shapes_of_errors() {
    let shaped = |shape: &str| {
        let emulator = quirky(&format!("mft-error-shape={shape}"));
        let refused = create(&emulator, json!({"enabled": true}));
        let unknown = emulator.send("GET", LIST, "", "").unwrap();
        assert_eq!((refused.status, unknown.status), (400, 401));
        (refused, unknown)
    };
    let (refused, unknown) = shaped("empty");
    assert!(refused.body.is_empty() && unknown.body.is_empty());
    let (refused, unknown) = shaped("problem");
    assert_eq!((&refused.json()["status"], &unknown.json()["status"]), (&json!(400), &json!(401)));
    let (refused, _) = shaped("string");
    assert!(refused.header("content-type").unwrap().starts_with("text/plain") && refused.body.starts_with(b"One or"));
    assert!(shaped("message").0.json()["message"].is_string());
    assert!(shaped("status").0.json()["thruStatus"].is_string());
}

#[test]
fn creates_whose_answer_is_lost() {
    let emulator = quirky("mft-create-then-500=2");
    let statuses = ["a", "b", "c"].map(|name| create(&emulator, with(&orders(), json!({"keyName": name}))).status);
    assert_eq!((statuses, list(&emulator).as_array().unwrap().len()), ([500, 500, 200], 3));

    let emulator = start(&["--quirk=mft-create-then-timeout=1", "--log=log"]);
    let begin = Instant::now();
    assert!(emulator.send("POST", "/api/ApiKey", "ApiKey: x\r\n", &orders().to_string()).is_none());
    assert!(begin.elapsed() >= Duration::from_secs(1));
    let line = &emulator.log()[0];
    assert_eq!((&line["status"], &line["committed"]), (&json!(null), &json!(true)));
    assert_eq!(list(&emulator)[0]["keyName"], "orders");
    assert_eq!(create(&emulator, with(&orders(), json!({"keyName": "b"}))).status, 200);
}

#[test]
fn limits() {
    let emulator = quirky("mft-max-keys=1");
    create(&emulator, orders()).ok();
    assert_eq!(create(&emulator, with(&orders(), json!({"keyName": "b"}))).status, 400);
}

#[test]
fn tenants() {
    let emulator = quirky("mft-tenant-taken");
    assert_eq!(made("mft-tenant-taken")["tenantId"], 0);
    let key = create(&emulator, with(&orders(), json!({"tenantId": 7}))).ok();
    assert_eq!((&key["tenantId"], &update(&emulator, key.clone()).ok()["tenantId"]), (&json!(7), &json!(7)));
    assert_eq!(update(&emulator, json!({"id": key["id"], "keyName": "orders"})).ok()["tenantId"], 0);
    assert_eq!(create(&start(&[]), with(&orders(), json!({"tenantId": 7}))).ok()["tenantId"], 1001);
}

#[test]
fn an_unknown_property_must_be_echoed() {
    let emulator = quirky("mft-unknown-property");
    let key = create(&emulator, orders()).ok();
    assert!(key["label"].is_string());
    assert_eq!(update(&emulator, key.clone()).ok()["label"], key["label"]);
    let forgetful = json!({"id": key["id"], "keyName": "orders"});
    assert_eq!(update(&emulator, forgetful).ok()["label"], json!(null));
    assert!(create(&start(&[]), orders()).ok().get("label").is_none());
}

#[test]
fn audit_fields_of_the_caller() {
    let changes =
        json!({"createdBy": "me", "deletedDate": "2026-01-01T00:00:00Z", "createdDate": "2001-01-01T00:00:00Z"});
    let emulator = quirky("mft-audit-fields-taken");
    let key = create(&emulator, orders()).ok();
    let updated = update(&emulator, with(&key, changes.clone())).ok();
    assert_eq!((&updated["createdBy"], &updated["createdDate"]), (&json!("me"), &json!("2001-01-01T00:00:00Z")));
    assert_eq!(list(&emulator), json!([]));
    let emulator = start(&[]);
    let key = create(&emulator, orders()).ok();
    let updated = update(&emulator, with(&key, changes)).ok();
    assert_eq!((&updated["createdBy"], &updated["deletedDate"]), (&json!("sandbox"), &json!(null)));
}
