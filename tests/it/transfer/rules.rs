//! Rules that apply during a run: verification, changes in between, messages about odd answers.

use serde_json::Value as Json;
use serde_json::json;

use super::Scripted;
use crate::console::Console;
use crate::console::Ran;

const MANIFEST: &str = "apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp}
spec: {enabled: true, allowedApis: [audit], allowedOrgs: [ACME], expires: 2027-06-30T00:00:00Z}
";

fn row() -> Json {
    json!({
        "id": "fake-value-of-key-1", "enabled": true, "keyName": "erp", "tenantId": 1001, "allowedApis": "audit",
        "allowedOrgs": "41,57", "expirationDate": "2027-06-30T00:00:00", "createdDate": "2026-01-02T03:04:05",
        "createdBy": "svc-aft", "updatedBy": null, "updatedDate": "2026-10-01T00:00:00", "deletedBy": null,
        "deletedDate": null, "name": "erp", "shoeSize": 44
    })
}

fn organizations() -> Json {
    json!([{"id": 41, "tenantId": 1001, "publicCode": "ACME", "secretKey": "fake-secret-of-acme"},
           {"id": 57, "tenantId": 1001, "name": "Globex", "secretKey": "fake-secret-of-globex"}])
}

fn site(keys: Json) -> Json {
    json!({"keys": keys, "organizations": organizations(), "account": {"id": 7, "username": "svc-aft"}, "answers": []})
}

/// Runs a command on a workspace at a scripted site. The output contains no id or secret.
fn run(site: &Scripted, line: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let workspace = format!(
        "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: t}}\nspec:\n  stores:\n    managedFileTransfer:\n      \
         url: {}\n      credentials: {{apiKey: {{env: KEYWRIGHT_K}}}}\n      operations: {{list: GET /api/ApiKey/list, create: POST \
         /api/ApiKey, update: PUT /api/ApiKey}}\n      limits: {{callsPerSecond: 1000, visibilityLag: 1s}}\n      allowedApis: [audit]\n      \
         ownKey: none-of-these\n",
        site.url
    );
    std::fs::write(folder.path().join("keywright.yaml"), workspace).unwrap();
    std::fs::write(folder.path().join("m.yaml"), MANIFEST).unwrap();
    let mut console = Console::new(folder.path().to_path_buf());
    console.environment.insert("KEYWRIGHT_K".to_owned(), "fake-credential".to_owned());
    let ran = console.run(line);
    for secret in site.ids().into_iter().chain(["fake-credential".to_owned(), "fake-secret".to_owned()]) {
        assert!(!ran.out.contains(&secret) && !ran.err.contains(&secret), "{secret} is shown\n{}{}", ran.out, ran.err);
    }
    ran
}

fn apply(site: &Scripted) -> Ran {
    run(site, "apply --auto-approve --allow apikey/erp")
}

#[test]
fn an_update_is_the_whole_row_and_nothing_more_than_that() {
    let site = Scripted::start(site(json!([row()])));
    let ran = apply(&site);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    let put = site.requests().into_iter().find(|request| request.starts_with("PUT")).unwrap();
    let body: Json = serde_json::from_str(put.strip_prefix("PUT /api/ApiKey ").unwrap()).unwrap();
    let mut wanted = row();
    for never in ["name", "deletedBy", "deletedDate"] {
        wanted.as_object_mut().unwrap().remove(never);
    }
    wanted["allowedOrgs"] = json!("41");
    assert_eq!(body, wanted);
    // Keys, organizations, account; the check, the write, the verification.
    assert_eq!(site.requests().len(), 6, "{:?}", site.requests());
}

#[test]
fn mft_032_a_key_that_changed_in_the_meantime_is_not_written() {
    let mut moved = row();
    moved["updatedDate"] = json!("2026-11-21T11:59:59");
    // The snapshot's three answers, then the check right before the write.
    let mut site_of = site(json!([row()]));
    site_of["answers"] = json!([null, null, null, [200, [moved]]]);
    let site = Scripted::start(site_of);
    let ran = apply(&site);
    assert!(ran.exit == 5 && ran.out.contains("MFT-032"), "{}: {}{}", ran.exit, ran.out, ran.err);
    assert!(site.requests().iter().all(|request| request.starts_with("GET")));
}

#[test]
fn mft_033_a_rejected_field_is_reported_and_not_retried() {
    let mut site_of = site(json!([row()]));
    site_of["ignores"] = json!(["allowedOrgs"]);
    let site = Scripted::start(site_of);
    let ran = apply(&site);
    assert!(ran.exit == 9 && ran.out.contains("MFT-033") && ran.out.contains("allowedOrgs"), "{}{}", ran.out, ran.err);
    assert_eq!(site.requests().iter().filter(|request| request.starts_with("PUT")).count(), 1);
}

#[test]
fn mft_034_an_answer_of_another_shape_is_not_an_empty_list() {
    let page = "<!DOCTYPE html><html><body>Sign in</body></html>";
    for (status, odd, expected) in [
        (200, json!(page), "a web page"),
        (200, json!(""), "answered with an empty body"),
        (200, json!("null"), "not a list"),
        (200, json!({"a": [], "b": []}), "exactly one list"),
        (200, json!([{"keyName": "x"}]), "without an id"),
        (200, json!([1]), "does not contain keys"),
        (404, json!(page), "404"),
    ] {
        let mut site_of = site(json!([]));
        site_of["answers"] = json!([[status, odd]]);
        let site = Scripted::start(site_of);
        let ran = apply(&site);
        assert!(ran.exit == 1 && ran.err.contains(expected), "{expected}: {}{}", ran.out, ran.err);
        assert_eq!(site.requests().len(), 1, "{expected}");
    }
}

#[test]
fn mft_030_the_key_in_use_is_known_by_its_value() {
    let mut own = row();
    own["id"] = json!("fake-credential");
    let site = Scripted::start(site(json!([own])));
    let ran = apply(&site);
    assert!(ran.exit == 4 && ran.err.contains("MFT-030"), "{}: {}{}", ran.exit, ran.out, ran.err);
    let ran = run(&site, "apply --auto-approve --allow apikey/erp");
    assert!(ran.exit == 4 && ran.err.contains("MFT-030"), "{}: {}{}", ran.exit, ran.out, ran.err);
}

#[test]
fn a_refused_sign_in_ends_the_run_at_once() {
    for (status, expected) in [(401, "the credential was rejected"), (403, "grant key management")] {
        let mut site_of = site(json!([row()]));
        site_of["answers"] = json!([[status, ""]]);
        let site = Scripted::start(site_of);
        let ran = apply(&site);
        assert!(ran.exit == 1 && format!("{}{}", ran.out, ran.err).contains(expected), "{}{}", ran.out, ran.err);
        assert_eq!(site.requests().len(), 1);
    }
}

#[test]
fn a_lost_create_is_settled_by_looking_and_never_said_again() {
    // The create answers 500 and was not done.
    let mut site_of = site(json!([]));
    site_of["answers"] = json!([null, null, null, null, [500, {"title": "no key fake-credential"}]]);
    let site = Scripted::start(site_of);
    let ran = apply(&site);
    assert!(ran.exit == 1 && ran.out.contains("does not show the key"), "{}: {}{}", ran.exit, ran.out, ran.err);
    assert_eq!(site.requests().iter().filter(|request| request.starts_with("POST")).count(), 1);
}

#[test]
fn a_new_key_says_the_tenant_that_was_seen_and_no_id() {
    let site = Scripted::start(site(json!([])));
    let ran = apply(&site);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    let post = site.requests().into_iter().find(|request| request.starts_with("POST")).unwrap();
    assert!(post.contains("\"tenantId\":1001") && !post.contains("\"id\""), "{post}");
}
