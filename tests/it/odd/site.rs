//! Odd rows of a site of Managed File Transfer.

use serde_json::Value as Json;
use serde_json::json;

use crate::console::Console;
use crate::console::Ran;
use crate::transfer::Scripted;

pub(super) fn row(name: &str, id: &str) -> Json {
    json!({
        "id": id, "enabled": true, "keyName": name, "tenantId": 1001, "allowedApis": "audit", "allowedOrgs": "41",
        "expirationDate": "2027-06-30T00:00:00", "createdDate": "2026-01-02T03:04:05", "createdBy": "svc-aft",
        "updatedBy": null, "updatedDate": null, "deletedBy": null, "deletedDate": null, "name": name
    })
}

fn manifest(name: &str, apis: &str) -> String {
    format!(
        "apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {{name: {name}}}\nspec: {{enabled: true, allowedApis: \
         [{apis}], allowedOrgs: [\"id:41\"], expires: 2027-06-30T00:00:00Z}}\n---\n"
    )
}

fn run(site: &Scripted, manifests: &str, line: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let workspace = format!(
        "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: t}}\nspec:\n  ownership: {{apiKeys: all}}\n  stores:\n    \
         managedFileTransfer:\n      url: {}\n      credentials: {{apiKey: {{env: KEYWRIGHT_K}}}}\n      operations: {{list: \
         GET /api/ApiKey/list, create: POST /api/ApiKey, update: PUT /api/ApiKey}}\n      limits: {{callsPerSecond: 1000}}\n      \
         allowedApis: [audit, billing]\n      ownKey: none-of-these\n",
        site.url
    );
    std::fs::write(folder.path().join("keywright.yaml"), workspace).unwrap();
    std::fs::write(folder.path().join("m.yaml"), manifests).unwrap();
    let mut console = Console::new(folder.path().to_path_buf());
    console.environment.insert("KEYWRIGHT_K".to_owned(), "fake-credential".to_owned());
    let ran = console.run(line);
    for id in site.ids() {
        assert!(!ran.out.contains(&id) && !ran.err.contains(&id), "{id} is shown\n{}{}", ran.out, ran.err);
    }
    ran
}

/// Sites with a key of the team, `erp`, and an odd one of others, `odd`.
fn sites() -> Vec<(&'static str, Vec<Json>)> {
    let odd = |property: &str, value: Option<Json>| {
        let mut row = row("odd", "fake-value-of-key-2");
        match value {
            Some(value) => row[property] = value,
            None => drop(row.as_object_mut().unwrap().remove(property)),
        }
        row
    };
    vec![
        ("enabled", vec![odd("enabled", Some(Json::Null))]),
        ("enabled", vec![odd("enabled", None)]),
        ("enabled", vec![odd("enabled", Some(json!("maybe")))]),
        ("id", vec![odd("id", Some(Json::Null))]),
        ("id", vec![odd("id", None)]),
        ("id", vec![odd("shoeSize", None), odd("shoeSize", None)]),
        ("deletedDate", vec![odd("deletedDate", Some(json!("yesterday")))]),
    ]
}

fn written(site: &Scripted) -> Vec<String> {
    site.requests().into_iter().filter(|request| request.starts_with('P')).collect()
}

#[test]
fn an_odd_key_of_a_site_concerns_only_itself() {
    for (property, mut keys) in sites() {
        keys.push(row("erp", "fake-value-of-key-1"));
        let organizations = json!([{"id": 41, "tenantId": 1001, "publicCode": "ACME"}]);
        let state = || json!({"keys": keys, "organizations": organizations, "account": {"id": 7, "username": "svc-aft"}, "answers": []});
        // An unrelated change is applied, and the odd key is not disabled.
        let site = Scripted::start(state());
        let ran = run(&site, &manifest("erp", "audit, billing"), "apply --auto-approve --prune --allow apikey/erp");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(
            ran.exit == 0 && said.contains("warning[MFT-043]") && said.contains(property),
            "{property}: {}\n{said}",
            ran.exit
        );
        let changes = written(&site);
        assert!(changes.len() == 1 && changes[0].contains("\"erp\""), "{property}: {changes:?}");
        // Its manifest is stopped.
        let site = Scripted::start(state());
        let both = [manifest("erp", "audit, billing"), manifest("odd", "billing")].concat();
        let ran = run(&site, &both, "apply --auto-approve");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(ran.exit == 6 && said.contains("error[MFT-043]"), "{property}: {}\n{said}", ran.exit);
        let changes = written(&site);
        assert!(changes.len() == 1 && changes[0].contains("\"erp\""), "{property}: {changes:?}");
    }
}

#[test]
fn rows_that_are_no_objects_and_odd_dates_do_not_stop_a_site() {
    let mut odd = row("odd", "fake-value-of-key-2");
    for date in ["createdDate", "updatedDate", "deletedDate", "expirationDate"] {
        odd[date] = json!("0000-00-00T00:00:00");
    }
    odd["enabled"] = json!("true");
    let keys = json!([row("erp", "fake-value-of-key-1"), null, odd]);
    let site = Scripted::start(json!({"keys": keys, "organizations": null, "account": null, "answers": []}));
    let manifests =
        [manifest("erp", "billing"), manifest("odd", "audit").replace("2027-06-30T00:00:00Z", "never")].concat();
    let ran = run(&site, &manifests, "apply --auto-approve --allow apikey/erp");
    let said = format!("{}{}", ran.out, ran.err);
    assert!(ran.exit == 0 && said.contains("1 change done") && said.contains("MFT-043"), "{}\n{said}", ran.exit);
}

#[test]
fn a_second_key_of_one_name_stops_only_that_name() {
    let keys = json!([
        row("erp", "fake-value-of-key-1"),
        row("odd", "fake-value-of-key-2"),
        row("odd", "fake-value-of-key-3")
    ]);
    let site = Scripted::start(json!({"keys": keys, "organizations": null, "account": null, "answers": []}));
    let both = [manifest("erp", "billing"), manifest("odd", "billing")].concat();
    let ran = run(&site, &both, "apply --auto-approve --allow apikey/erp");
    let said = format!("{}{}", ran.out, ran.err);
    assert!(ran.exit == 6 && said.contains("error[MFT-024]"), "{}\n{said}", ran.exit);
    assert_eq!(written(&site).len(), 1, "{said}");
}

#[test]
fn a_third_generation_stops_only_itself() {
    let keys = json!([row("erp", "fake-value-of-key-1"), row("erp.g2", "fake-value-of-key-2")]);
    let site = Scripted::start(json!({"keys": keys, "organizations": null, "account": null, "answers": []}));
    let names = ["erp", "erp.g2", "erp.g3", "other"];
    let all: String = names.iter().map(|name| manifest(name, "audit")).collect();
    let ran = run(&site, &all, "apply --auto-approve");
    let said = format!("{}{}", ran.out, ran.err);
    assert!(ran.exit == 6 && said.contains("error[MFT-038]"), "{}\n{said}", ran.exit);
    let changes = written(&site);
    assert!(changes.len() == 1 && changes[0].contains("\"other\""), "{changes:?}");
}
