//! The operations of MFT without quirks, and their log lines.

use serde_json::Value as Json;
use serde_json::json;

use super::caller::Emulator;
use super::caller::Reply;
use super::caller::id;

pub(super) const LIST: &str = "/api/ApiKey/getApiKeys";

/// Sends a request as the default user.
pub(super) fn ask(emulator: &Emulator, method: &str, path: &str, body: Option<&Json>) -> Reply {
    ask_as(emulator, "ApiKey: fake-credential", method, path, body)
}

/// Sends a request with another header.
pub(super) fn ask_as(emulator: &Emulator, header: &str, method: &str, path: &str, body: Option<&Json>) -> Reply {
    let headers = format!("{header}\r\nContent-Type: application/json\r\n");
    emulator.send(method, path, &headers, &body.map(Json::to_string).unwrap_or_default()).unwrap()
}

pub(super) fn create(emulator: &Emulator, body: Json) -> Reply {
    ask(emulator, "POST", "/api/ApiKey", Some(&body))
}

pub(super) fn update(emulator: &Emulator, body: Json) -> Reply {
    ask(emulator, "PUT", "/api/ApiKey", Some(&body))
}

pub(super) fn list(emulator: &Emulator) -> Json {
    ask(emulator, "GET", LIST, None).ok()
}

pub(super) fn start(arguments: &[&str]) -> Emulator {
    Emulator::start_signed_out(arguments)
}

/// A key as a client would create it.
pub(super) fn orders() -> Json {
    json!({
        "keyName": "orders",
        "enabled": true,
        "allowedApis": "audit,billing",
        "allowedOrgs": "41,42",
        "expirationDate": "2027-06-30T00:00:00Z",
    })
}

/// The properties that a 400 names.
#[track_caller]
pub(super) fn blamed(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 400, "{}", String::from_utf8_lossy(&reply.body));
    reply.json()["errors"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn a_key_is_created_returned_listed_and_updated() {
    let emulator = start(&[]);
    assert_eq!(list(&emulator), json!([]));
    let made = create(&emulator, orders());
    assert_eq!(made.header("content-type"), Some("application/json; charset=utf-8"));
    let key = made.ok();
    let names: Vec<&String> = key.as_object().unwrap().keys().collect();
    let expected = "id enabled keyName tenantId allowedApis allowedOrgs expirationDate createdDate createdBy updatedBy \
                    updatedDate deletedBy deletedDate name";
    assert_eq!(names, expected.split(' ').collect::<Vec<_>>());
    for (name, value) in orders().as_object().unwrap() {
        assert_eq!(&key[name], value, "{name}");
    }
    assert_eq!(
        (&key["name"], &key["tenantId"], &key["createdBy"]),
        (&json!("orders"), &json!(1001), &json!("sandbox"))
    );
    assert!(["updatedBy", "updatedDate", "deletedBy", "deletedDate"].iter().all(|name| key[*name].is_null()));
    assert_eq!(ask(&emulator, "GET", &format!("/api/ApiKey?id={}", id(&made)), None).ok(), key);
    assert_eq!(list(&emulator), json!([key]));

    let mut wanted = key.clone();
    wanted["enabled"] = json!(false);
    wanted["allowedOrgs"] = json!("41");
    wanted["expirationDate"] = json!(null);
    let updated = update(&emulator, wanted.clone()).ok();
    for name in ["id", "enabled", "keyName", "allowedApis", "allowedOrgs", "expirationDate", "createdDate"] {
        assert_eq!(updated[name], wanted[name], "{name}");
    }
    assert_eq!(updated["updatedBy"], "sandbox");
    assert!(updated["updatedDate"].as_str() > updated["createdDate"].as_str());
    assert_eq!(list(&emulator), json!([updated]));
}

#[test]
fn an_update_clears_omitted_properties_except_enabled() {
    let emulator = start(&[]);
    let made = id(&create(&emulator, orders()));
    let updated = update(&emulator, json!({"id": made, "keyName": "orders"})).ok();
    assert_eq!(updated["enabled"], true);
    assert!(["allowedApis", "allowedOrgs", "expirationDate"].iter().all(|name| updated[*name].is_null()), "{updated}");
}

#[test]
fn all_wrong_properties_are_reported_at_once() {
    let emulator = start(&[]);
    let reply = create(&emulator, json!({"keyName": 7, "enabled": null, "tenantId": 1.5, "expirationDate": "soon"}));
    assert_eq!(blamed(&reply), ["enabled", "keyName", "tenantId", "expirationDate"]);
    assert_eq!(reply.header("content-type"), Some("application/problem+json; charset=utf-8"));
    for name in [json!(null), json!(""), json!(" x"), json!("a\nb")] {
        assert_eq!(blamed(&create(&emulator, json!({"keyName": name, "enabled": true}))), ["keyName"]);
    }
    let made = create(&emulator, orders()).ok();
    assert_eq!(blamed(&create(&emulator, orders())), ["keyName"]);
    assert_eq!(blamed(&update(&emulator, json!({"id": made["id"], "keyName": "other"}))), ["keyName"]);
    assert_eq!(blamed(&update(&emulator, json!({"id": made["id"]}))), ["keyName"]);
    assert_eq!(blamed(&update(&emulator, json!({"keyName": "orders"}))), ["id"]);
    assert_eq!(update(&emulator, json!({"id": "x", "keyName": "orders"})).status, 404);
    assert_eq!(list(&emulator), json!([made]));
}

#[test]
fn names_in_any_case_and_unknown_ones_are_taken() {
    let emulator = start(&[]);
    let made = create(&emulator, json!({"KEYNAME": "orders", "Enabled": true, "colour": {"deep": []}, "name": 7})).ok();
    assert_eq!((&made["keyName"], &made["enabled"], made.get("colour")), (&json!("orders"), &json!(true), None));
}

#[test]
fn lists_in_texts_stay_as_they_were_written() {
    let emulator = start(&[]);
    for (number, text) in ["42, 41", "42;41", "[42,41]", "", " ", "[]", "odd,42"].into_iter().enumerate() {
        let mut key = orders();
        key["keyName"] = json!(format!("key-{number}"));
        key["allowedOrgs"] = json!(text);
        assert_eq!(create(&emulator, key).ok()["allowedOrgs"], text);
    }
}

#[test]
fn keys_created_by_manifests_are_returned_too() {
    let folder = tempfile::tempdir().unwrap();
    let key = "apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {name: orders}\nspec: {enabled: true, \
               allowedApis: [audit], allowedOrgs: [ACME, 'id:42', NOWHERE], expires: 2099-06-30T00:00:00Z}\n";
    std::fs::write(folder.path().join("key.yaml"), key).unwrap();
    let emulator = start(&["--seed", folder.path().to_str().unwrap()]);
    let keys = list(&emulator);
    let answer =
        ["keyName", "enabled", "allowedApis", "allowedOrgs", "expirationDate", "createdBy"].map(|name| &keys[0][name]);
    let expected = json!(["orders", true, "audit", "41,42,NOWHERE", "2099-06-30T00:00:00Z", null]);
    assert_eq!(json!(answer), expected);
}

#[test]
fn keys_are_still_there_when_it_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("sandbox.db");
    let arguments = ["--database", database.to_str().unwrap()];
    let made = create(&start(&arguments), orders()).ok();
    assert_eq!(list(&start(&arguments)), json!([made]));
}

#[test]
fn organizations_and_the_account() {
    let emulator = start(&[]);
    let get = |path: &str| ask(&emulator, "GET", path, None);
    let ids = |reply: Reply| -> Vec<i64> {
        reply.ok().as_array().unwrap().iter().map(|organization| organization["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids(get("/api/Organization")), [41, 42, 44, 45]);
    assert_eq!(ids(get("/api/Organization?showDeleted=true")), [41, 42, 43, 44, 45]);
    assert_eq!(get("/api/Organization?showDeleted=perhaps").status, 400);
    let acme = get("/api/Organization/41").ok();
    assert_eq!((&acme["publicCode"], acme.get("secretKey")), (&json!("ACME"), None));
    assert!(get("/api/Organization/43").ok()["deletedDate"].is_string());
    assert_eq!((get("/api/Organization/99").status, get("/api/Organization/x").status), (404, 404));
    assert_eq!(get("/api/Account").ok()["username"], "sandbox");
}

#[test]
fn other_paths_and_methods() {
    let emulator = start(&[]);
    for path in ["/", "/api", "/api/apikey", "/api/ApiKey/x", "/index.html", "/swagger/v2/swagger.json"] {
        assert_eq!(ask(&emulator, "GET", path, None).status, 404, "{path}");
    }
    let reply = ask(&emulator, "DELETE", "/api/ApiKey?id=x", None);
    assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, PUT, POST")));
    assert_eq!(ask(&emulator, "POST", LIST, None).header("allow"), Some("GET"));
    assert_eq!(ask(&emulator, "GET", "/api/ApiKey", None).status, 404);
    let reply = ask(&emulator, "HEAD", LIST, None);
    assert_eq!((reply.status, reply.body.len()), (200, 0));
}

#[test]
fn operations_can_be_elsewhere() {
    let emulator = start(&[
        "--mft-operation=list=GET:/api/ApiKey",
        "--mft-operation=get=GET:/api/ApiKey/GetById",
        "--mft-operation=create=POST:/api/ApiKey/createApiKey",
        "--mft-operation=update=POST:/api/ApiKey/updateApiKey",
        "--log=log",
    ]);
    let made = ask(&emulator, "POST", "/api/ApiKey/createApiKey", Some(&orders()));
    assert_eq!(ask(&emulator, "GET", "/api/ApiKey", None).ok(), json!([made.ok()]));
    assert_eq!(ask(&emulator, "GET", &format!("/api/ApiKey/GetById?id={}", id(&made)), None).ok(), made.ok());
    assert_eq!(ask(&emulator, "POST", "/api/ApiKey/updateApiKey", Some(&made.ok())).status, 200);
    assert_eq!(ask(&emulator, "PUT", "/api/ApiKey", Some(&made.ok())).status, 405);
    assert_eq!(emulator.log()[2]["path"], "/api/ApiKey/GetById?id=***");
}

#[test]
fn the_log_contains_no_id() {
    let emulator = start(&["--log", "log"]);
    let made = id(&create(&emulator, orders()));
    ask(&emulator, "GET", &format!("/api/ApiKey?id={made}&x={made}&{made}=1"), None);
    ask(&emulator, "GET", &format!("/api/ApiKey/{made}"), None);
    ask(&emulator, "GET", "/api/Organization?showDeleted=true", None);
    let log = emulator.log();
    let line =
        json!({"number": 1, "method": "POST", "path": "/api/ApiKey", "status": 200, "committed": true, "fault": false});
    assert_eq!(log[0], line);
    let paths: Vec<&Json> = log[1..].iter().map(|line| &line["path"]).collect();
    let expected = ["/api/ApiKey?id=***&***=***&***=***", "/api/ApiKey/***", "/api/Organization?showDeleted=true"];
    assert_eq!(paths, expected);
    assert!(!std::fs::read_to_string(emulator.folder().join("log")).unwrap().contains(&made));
}

#[test]
fn faults_strike_here_too() {
    let arguments = ["drop-after@POST:/api/ApiKey#1", "status-503@PUT:/api", "over-qps@3", "html@4"];
    let arguments: Vec<&str> = arguments.iter().flat_map(|fault| ["--fault", fault]).collect();
    let emulator = start(&arguments);
    assert!(emulator.send("POST", "/api/ApiKey", "ApiKey: x\r\n", &orders().to_string()).is_none());
    assert_eq!(ask(&emulator, "PUT", "/api/ApiKey", None).status, 503);
    let reply = ask(&emulator, "GET", LIST, None);
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("1")));
    assert!(ask(&emulator, "GET", LIST, None).body.starts_with(b"<html>"));
    assert_eq!(list(&emulator)[0]["keyName"], "orders");
}
