//! Which callers MFT accepts, and whose keys they see.

use serde_json::json;

use super::caller::id;
use super::mft::LIST;
use super::mft::ask;
use super::mft::ask_as;
use super::mft::create;
use super::mft::list;
use super::mft::orders;
use super::mft::start;

const ALICE: &str = "ApiKey: fake-alice";
const BOB: &str = "Authorization: Bearer fake-bob";

#[test]
fn a_credential_is_needed_in_one_of_two_headers() {
    let emulator = start(&[]);
    for header in ["X: y", "ApiKey: ", "Authorization: Basic fake", "ApiKey: fake\r\nAuthorization: Bearer fake"] {
        let reply = ask_as(&emulator, header, "GET", LIST, None);
        assert_eq!((reply.status, reply.body.len()), (401, 0), "{header}");
    }
    for header in ["apikey: fake", "APIKEY: fake", "Authorization: Bearer fake"] {
        assert_eq!(ask_as(&emulator, header, "GET", LIST, None).status, 200, "{header}");
    }
    assert_eq!(ask_as(&emulator, "X: y", "GET", "/swagger/v1/swagger.json", None).status, 200);
}

#[test]
fn each_user_has_keys_of_their_own() {
    let two = ["--mft-credential=alice:fake-alice", "--mft-credential=bob:fake-bob"];
    let emulator = start(&two);
    assert_eq!(ask(&emulator, "GET", LIST, None).status, 401);
    let made = ask_as(&emulator, ALICE, "POST", "/api/ApiKey", Some(&orders()));
    assert_eq!(made.ok()["createdBy"], "alice");
    assert_eq!(ask_as(&emulator, BOB, "GET", LIST, None).ok(), json!([]));
    let path = format!("/api/ApiKey?id={}", id(&made));
    assert_eq!(ask_as(&emulator, BOB, "GET", &path, None).status, 404);
    assert_eq!(ask_as(&emulator, BOB, "PUT", "/api/ApiKey", Some(&made.ok())).status, 404);
    let of_bob = ask_as(&emulator, BOB, "POST", "/api/ApiKey", Some(&orders())).ok();
    assert_eq!((&of_bob["keyName"], &of_bob["createdBy"]), (&json!("orders"), &json!("bob")));
    let accounts = [ALICE, BOB].map(|header| ask_as(&emulator, header, "GET", "/api/Account", None).ok()["id"].clone());
    assert_eq!(accounts, [json!(1), json!(2)]);

    let foreign = [two[0], two[1], "--quirk=mft-status-for-foreign-key=403"];
    let emulator = start(&foreign);
    let made = ask_as(&emulator, ALICE, "POST", "/api/ApiKey", Some(&orders()));
    let path = format!("/api/ApiKey?id={}", id(&made));
    assert_eq!(ask_as(&emulator, BOB, "GET", &path, None).status, 403);

    let emulator = start(&[two[0], two[1], "--quirk=mft-per-user-scope=no"]);
    let made = ask_as(&emulator, ALICE, "POST", "/api/ApiKey", Some(&orders())).ok();
    assert_eq!(ask_as(&emulator, BOB, "GET", LIST, None).ok(), json!([made]));
}

#[test]
fn an_id_can_be_a_credential_while_its_key_works() {
    let emulator = start(&["--mft-credential=alice:fake-alice", "--quirk=mft-id-is-secret"]);
    let made = ask_as(&emulator, ALICE, "POST", "/api/ApiKey", Some(&orders()));
    let header = format!("ApiKey: {}", id(&made));
    assert_eq!(ask_as(&emulator, &header, "GET", LIST, None).ok(), json!([made.ok()]));
    let organizations = ask_as(&emulator, &header, "GET", "/api/Organization", None).ok();
    assert_eq!(organizations.as_array().unwrap().len(), 2);
    let mut off = made.ok();
    off["enabled"] = json!(false);
    assert_eq!(ask_as(&emulator, &header, "PUT", "/api/ApiKey", Some(&off)).status, 200);
    assert_eq!(ask_as(&emulator, &header, "GET", LIST, None).status, 401);
    let without = start(&["--mft-credential=alice:fake-alice"]);
    let made = id(&ask_as(&without, ALICE, "POST", "/api/ApiKey", Some(&orders())));
    assert_eq!(ask_as(&without, &format!("ApiKey: {made}"), "GET", LIST, None).status, 401);
}

#[test]
fn a_key_that_is_over_works_no_more() {
    let emulator = start(&["--quirk=mft-id-is-secret"]);
    let mut key = orders();
    key["expirationDate"] = json!("2001-01-01T00:00:00Z");
    let header = format!("ApiKey: {}", id(&create(&emulator, key)));
    assert_eq!(ask_as(&emulator, &header, "GET", LIST, None).status, 401);
}

#[test]
fn the_value_of_a_key_can_be_returned_once() {
    let emulator = start(&["--mft-credential=alice:fake-alice", "--quirk=mft-secret-on-create-only"]);
    let value = id(&ask_as(&emulator, ALICE, "POST", "/api/ApiKey", Some(&orders())));
    let header = format!("ApiKey: {value}");
    let keys = ask_as(&emulator, &header, "GET", LIST, None).ok();
    assert_ne!(keys[0]["id"], json!(value));
    assert_eq!(ask_as(&emulator, ALICE, "GET", &format!("/api/ApiKey?id={value}"), None).status, 404);
    let header = format!("ApiKey: {}", keys[0]["id"].as_str().unwrap());
    assert_eq!(ask_as(&emulator, &header, "GET", LIST, None).status, 401);
}

#[test]
fn meanings_of_a_keys_empty_list() {
    let arguments = ["--quirk=mft-id-is-secret", "--quirk=mft-empty-orgs-means=none", "--log=log"];
    for (arguments, organizations, powerless) in [(&arguments[..1], 4, 200), (&arguments[..2], 0, 403)] {
        let emulator = start(arguments);
        let key = |name: &str, apis: &str| json!({"keyName": name, "enabled": true, "allowedApis": apis});
        let header = format!("ApiKey: {}", id(&create(&emulator, key("orders", "audit"))));
        let seen = ask_as(&emulator, &header, "GET", "/api/Organization", None).ok();
        assert_eq!(seen.as_array().unwrap().len(), organizations);
        let header = format!("ApiKey: {}", id(&create(&emulator, key("other", ""))));
        assert_eq!(ask_as(&emulator, &header, "GET", "/api/Account", None).status, powerless);
    }
    let emulator = start(&["--quirk=mft-empty-orgs-means=null"]);
    create(&emulator, json!({"keyName": "orders", "enabled": true, "allowedOrgs": "", "allowedApis": "audit"})).ok();
    assert!(list(&emulator)[0]["allowedOrgs"].is_null());
}

#[test]
fn one_form_of_the_credential_can_be_the_only_one() {
    let bearer = "Authorization: Bearer fake";
    let emulator = start(&["--quirk=mft-credential-form=bearer"]);
    assert_eq!(ask(&emulator, "GET", LIST, None).status, 401);
    assert_eq!(ask_as(&emulator, bearer, "GET", LIST, None).status, 200);
    let emulator = start(&["--quirk=mft-user-token-required"]);
    assert_eq!(ask(&emulator, "GET", LIST, None).status, 403);
    assert_eq!(ask(&emulator, "GET", "/api/Account", None).status, 200);
    assert_eq!(ask_as(&emulator, bearer, "GET", LIST, None).status, 200);
    let emulator = start(&["--quirk=mft-organizations-forbidden"]);
    assert_eq!(ask(&emulator, "GET", "/api/Organization", None).status, 403);
    assert_eq!(ask(&emulator, "GET", LIST, None).status, 200);
}

#[test]
fn too_many_calls_answer_429() {
    let emulator = start(&["--calls-per-day", "2"]);
    let statuses = [(); 3].map(|()| ask(&emulator, "GET", LIST, None).status);
    assert_eq!(statuses, [200, 200, 429]);
    let emulator = start(&["--calls-per-second", "1"]);
    let statuses: Vec<u16> = (0..5).map(|_| ask(&emulator, "GET", LIST, None).status).collect();
    assert!(statuses.contains(&429) && statuses.contains(&200), "{statuses:?}");
}
