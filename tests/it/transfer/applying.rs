//! The site matches the manifests: keys are created, changed and disabled, and nothing else changes.

use serde_json::Value as Json;

use super::site::KEYS;
use super::site::OTHERS;
use super::site::Team;
use super::site::ask;

#[test]
fn the_example_is_made_once() {
    let team = Team::new();
    let area = team.site(&[]);
    Team::add_others(&area);
    let said = team.apply();
    assert!(said.exit == 0 && said.text.contains("Applied: 6 changes done."), "{}\n{}", said.exit, said.text);
    team.assert_settled("made");
    team.assert_unharmed("made");
    assert_eq!(team.keys().len(), KEYS + OTHERS.len());
    assert!(!team.keys()["ft-failover"].1);
    // A key is never requested by its id, which may be its value: only bodies contain one.
    assert!(area.requests().iter().all(|request| request.method() != "DELETE"));
    let log = std::fs::read_to_string(team.workspace().with_file_name("requests.log")).unwrap();
    assert!(!log.contains("?id="), "{log}");
}

#[test]
fn an_organization_that_stays_keeps_its_name_when_an_edit_is_adopted() {
    let team = Team::new();
    let area = team.site(&[]);
    team.assert_applies("made");
    let answer = ask(&area, "GET", "/api/ApiKey/getApiKeys", None);
    let keys: Vec<Json> = serde_json::from_str(&answer[answer.find("\r\n\r\n").unwrap()..]).unwrap();
    let mut key = keys.into_iter().find(|key| key["keyName"] == "ft-nightly-report").unwrap();
    key["allowedOrgs"] = "41, 42".into();
    assert!(ask(&area, "PUT", "/api/ApiKey", Some(&key)).contains(" 200 "));
    let said = team.run(&["drift", "--adopt"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    let text = std::fs::read_to_string(team.workspace().join("keys/operations.yaml")).unwrap();
    assert!(text.contains("  allowedOrgs: [ACME, Globex]\n"), "{text}");
    team.assert_settled("adopted");
}

#[test]
fn every_field_changes_and_wider_access_is_reported() {
    let team = Team::new();
    let area = team.site(&[]);
    Team::add_others(&area);
    team.assert_applies("made");
    for (before, after, expected) in [
        (
            "allowedApis: [management]\n  allowedOrgs: [ACME]",
            "allowedApis: [audit, management]\n  allowedOrgs: [ACME, SYS-GLOBEX]",
            Some("wider access: allowedApis, allowedOrgs"),
        ),
        ("allowedOrgs: [ACME, Globex, \"id:44\"]", "allowedOrgs: [\"id:44\"]", None),
        ("expires: 2027-06-30T00:00:00Z", "expires: 2027-07-31T02:00:00+02:00", Some("wider access: expires")),
        ("expires: 2027-09-30T00:00:00Z", "expires: 2027-05-31T00:00:00Z", None),
        ("  allOrgs: true ", "  allowedOrgs: [ACME] #", None),
        ("  state: disabled\n", "  enabled: true\n", Some("wider access: enabled")),
    ] {
        team.edit(before, after);
        // Keys that lose an organization, and one that was disabled when someone could have changed it.
        let allow =
            ["ft-nightly-report", "ft-audit-export", "ft-failover"].map(|name| format!("--allow=apikey/{name}"));
        let arguments: Vec<&str> =
            ["apply", "--auto-approve"].into_iter().chain(allow.iter().map(String::as_str)).collect();
        let said = team.run(&arguments);
        assert_eq!(said.exit, 0, "{after}: {}", said.text);
        assert_eq!(said.text.contains("MFT-031"), expected.is_some(), "{after}: {}", said.text);
        assert!(said.text.contains(expected.unwrap_or_default()), "{after}: {}", said.text);
        team.assert_settled(after);
    }
    team.assert_unharmed("changed");
}

#[test]
fn absence_disables_only_owned_keys_and_only_on_request() {
    let team = Team::new();
    let area = team.site(&[]);
    Team::add_others(&area);
    team.assert_applies("made");
    std::fs::write(team.workspace().join("keys/operations.yaml"), "").unwrap();
    team.assert_settled("nothing is asked");
    // It is unknown which key the credential is, so no undeclared key is disabled.
    let said = team.run(&["apply", "--auto-approve", "--prune"]);
    assert!(said.exit == 4 && said.text.contains("MFT-030"), "{}: {}", said.exit, said.text);
    let key = serde_json::json!({"keyName": "ci-keywright", "enabled": true, "allowedApis": "management", "allowedOrgs": "41"});
    ask(&area, "POST", "/api/ApiKey", Some(&key));
    let said = team.run(&["apply", "--auto-approve", "--prune", "--allow", "apikey/ft-nightly-report"]);
    assert!(said.exit == 0 && said.text.contains("delete it in the portal afterwards"), "{}", said.text);
    team.assert_settled("pruned");
    team.assert_unharmed("pruned");
    let keys = team.keys();
    assert_eq!(keys.len(), KEYS + OTHERS.len() + 1, "nothing is ever deleted");
    for (name, is_on) in
        [("ft-audit-export", false), ("ft-nightly-report", false), ("ft-acme-orders", true), ("ci-keywright", true)]
    {
        assert_eq!(keys[name].1, is_on, "{name}");
    }
}

#[test]
fn a_retired_key_is_switched_off_and_stays_so() {
    let team = Team::new();
    let area = team.site(&[]);
    team.assert_applies("made");
    let key =
        serde_json::json!({"keyName": "ft-legacy-sync", "enabled": true, "allowedApis": "audit", "allowedOrgs": "41"});
    ask(&area, "POST", "/api/ApiKey", Some(&key));
    let said = team.apply();
    assert!(said.exit == 0 && said.text.contains("delete it in the portal"), "{}", said.text);
    team.assert_settled("retired");
    assert!(!team.keys()["ft-legacy-sync"].1);
}

#[test]
fn the_operations_are_bound_from_the_sites_own_file() {
    let team = Team::new();
    let moved =
        ["--mft-operation", "list=GET:/api/ApiKey/all", "--mft-operation", "update=POST:/api/ApiKey/updateApiKey"];
    let area = team.site(&moved);
    let answer = ask(&area, "GET", "/swagger/v1/swagger.json", None);
    let file = &answer[answer.find("\r\n\r\n").unwrap()..];
    let file: Json = serde_json::from_str(&file[file.find('{').unwrap()..=file.rfind('}').unwrap()]).unwrap();
    std::fs::write(team.workspace().join("mft.json"), file.to_string()).unwrap();
    let text = std::fs::read_to_string(team.workspace().join("keywright.yaml")).unwrap();
    let at = text.find("      operations:").unwrap();
    let end = text.find("      tenant:").unwrap();
    let text = format!("{}      openapi: mft.json\n{}", &text[..at], &text[end..]);
    std::fs::write(team.workspace().join("keywright.yaml"), text).unwrap();
    team.assert_applies("bound from the file");
    team.edit("expires: 2027-06-30T00:00:00Z", "expires: 2027-05-30T00:00:00Z");
    team.assert_applies("and changed");
}

#[test]
fn stores_that_are_not_bound_are_not_called() {
    let team = Team::new();
    let area = team.site(&[]);
    team.edit("        update: PUT /api/ApiKey\n", "");
    assert_eq!(team.run(&["plan"]).exit, 0);
    let before = area.requests().len();
    let said = team.apply();
    let expected = "the operation `update` is not configured";
    assert!(said.exit == 1 && said.text.contains(expected), "{}: {}", said.exit, said.text);
    team.edit("        list: GET /api/ApiKey/getApiKeys\n", "");
    let said = team.run(&["plan"]);
    assert!(said.exit == 1 && said.text.contains("the operation `list` is not configured"), "{}", said.text);
    assert_eq!(area.requests().len(), before);
}

#[test]
fn no_more_calls_a_second_than_allowed() {
    let team = Team::new();
    let _area = team.site(&["--calls-per-second", "2"]);
    team.edit("limits: {callsPerSecond: 1000, visibilityLag: 1s}", "limits: {callsPerSecond: 2}");
    let said = team.run(&["plan"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    assert!(said.text.contains("13 calls to Managed File Transfer"), "{}", said.text);
}

#[test]
fn the_store_exports_as_manifests_that_plan_no_changes() {
    let team = Team::new();
    let _area = team.site(&[]);
    team.assert_applies("made");
    let said = team.run(&["export"]);
    assert!(said.exit == 0 && said.text.contains("id:44"), "{}", said.text);
    std::fs::write(team.workspace().join("keys/operations.yaml"), "").unwrap();
    // The count of exported objects is on standard error.
    let (manifests, _) = said.text.split_once("Exported: ").unwrap();
    std::fs::write(team.workspace().join("keys/partners.yaml"), manifests).unwrap();
    team.assert_settled("exported");
}

/// Both services in one workspace: one plan, one outcome, and the plan's forecast has a line for each.
#[test]
fn one_workspace_may_hold_both_stores() {
    let team = Team::new();
    let area = team.site(&[]);
    let cloud = format!(
        "  stores:\n    cloudApiManagement:\n      url: {}\n      area: an-area\n      credentials: {{apiKey: {{env: \
         KEYWRIGHT_MFT_API_KEY}}, apiSecret: {{env: KEYWRIGHT_MFT_API_KEY}}, username: {{env: KEYWRIGHT_MFT_API_KEY}}, \
         password: {{env: KEYWRIGHT_MFT_API_KEY}}}}\n      limits: {{callsPerSecond: 1000}}\n",
        area.url
    );
    team.edit("  stores:\n", &cloud);
    let user = "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: alice}\nspec: {email: alice@example.com, \
                displayName: Alice, status: active}\n";
    std::fs::write(team.workspace().join("keys/users.yaml"), user).unwrap();
    let said = team.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    for expected in ["calls to Cloud API Management", "calls to Managed File Transfer", "Applied: 7 changes done."] {
        assert!(said.text.contains(expected), "{expected}: {}", said.text);
    }
    team.assert_settled("both");
    let paths: Vec<String> = area.requests().iter().map(|request| request.path().to_owned()).collect();
    assert!(paths.iter().any(|path| path.ends_with("/members")) && paths.iter().any(|path| path == "/api/ApiKey"));
}

/// A saved plan is bound to its site.
#[test]
fn a_saved_plan_is_for_the_site_that_it_was_made_for() {
    let team = Team::new();
    let one = team.site(&[]);
    let plan = team.workspace().join("plan.json");
    let plan = plan.to_str().unwrap();
    let said = team.run(&["plan", "--out", plan]);
    assert_eq!(said.exit, 0, "{}", said.text);
    let said = team.run(&["apply", plan, "-f"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    let said = team.run(&["plan", "--out", plan, "--detailed-exitcode"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    drop(one);
    let _other = team.site(&[]);
    let said = team.run(&["apply", plan, "-f"]);
    assert!(said.exit == 1 && said.text.contains("127.0.0.1:"), "{}: {}", said.exit, said.text);
}
