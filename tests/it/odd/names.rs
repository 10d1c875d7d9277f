//! Two objects of one name, values that the service writes in its own way, and lists that repeat a row.

use serde_json::Value as Json;
use serde_json::json;

use super::area::Shared;
use super::area::TEAM;

/// Adds a copy of a row under another id, or under the same one.
fn double(shared: &Shared, list: &'static str, name: &'static str, id: Option<&'static str>) {
    shared.proxy.rewrite(move |path, rows| {
        if !path.ends_with(&format!("/{list}")) {
            return;
        }
        let mut copies: Vec<Json> =
            rows.iter().filter(|row| row["name"] == name || row["username"] == name).cloned().collect();
        for copy in &mut copies {
            if let Some(id) = id {
                copy["id"] = json!(id);
            }
        }
        rows.extend(copies);
    });
}

#[test]
fn a_second_object_of_one_name_stops_only_that_name() {
    for (list, name) in [("members", "bob"), ("applications", "shop"), ("packages", "ledger"), ("plans", "basic")] {
        let other = Some("00000000-0000-4000-8000-000000000000");
        // The area has no plans below a package that only the proxy shows.
        for id in [other, None].into_iter().filter(|id| list != "packages" || id.is_none()) {
            let shared = Shared::new();
            double(&shared, list, name, id);
            shared.declare("Changed", "");
            let said = shared.apply();
            assert!(said.exit == 0 && said.text.contains("1 change done"), "{name}: {}\n{}", said.exit, said.text);
            // Not even with its manifest: the team's own objects are still managed.
            let user = "---\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: bob}\nspec: {email: bob@example.com, displayName: Robert, status: active}\n";
            let application = "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec: {user: bob, description: New}\n";
            let package = "---\napiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: ledger}\nspec: {description: New}\n";
            let plan = "---\napiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {name: basic}\nspec: {package: ledger, description: New}\n";
            shared.declare("Again", &[user, application, package, plan].concat());
            let said = shared.apply();
            let rule = if id.is_some() { "error[CAM-049]" } else { "error[CAM-066]" };
            assert!(said.exit == 6 && said.text.contains(rule), "{name}: {}\n{}", said.exit, said.text);
            assert_eq!(shared.display_name(), "Again", "{name}");
            shared.prune();
            let others = &shared.others;
            let path = match list {
                "members" => format!("/members/{}", others.user),
                "applications" => format!("/applications/{}", others.application),
                "packages" => format!("/packages/{}", others.package),
                _ => format!("/packages/{}/plans/{}", others.package, others.plan),
            };
            assert_eq!(shared.call("GET", &path, None).0, 200, "{name} is gone");
        }
    }
}

#[test]
fn a_key_that_is_listed_twice_is_one_key() {
    let shared = Shared::new();
    shared.proxy.rewrite(|path, rows| {
        if path.ends_with("/packageKeys") {
            let copies = rows.clone();
            rows.extend(copies);
        }
    });
    let before = shared.count("/packageKeys");
    shared.declare("Changed", "");
    let said = shared.apply();
    assert!(said.exit == 6 && said.text.contains("error[CAM-066]"), "{}: {}", said.exit, said.text);
    assert_eq!((shared.display_name().as_str(), shared.count("/packageKeys")), ("Changed", before));
}

#[test]
fn an_email_that_the_service_writes_in_lower_case_is_the_same() {
    let manifests = TEAM.replace("email: alice@example.com", "email: Alice@Example.com");
    let shared = Shared::with(&manifests);
    shared.proxy.rewrite(|path, rows| {
        for row in rows.iter_mut().filter(|row| path.contains("/members") && row["email"].is_string()) {
            row["email"] = json!(row["email"].as_str().unwrap().to_lowercase());
        }
    });
    shared.world.assert_settled("an email in lower case");
    let more = "---\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: carol}\nspec: {email: Carol@Example.com, displayName: Carol, status: active}\n";
    shared.world.write(&format!("{manifests}{more}"));
    let said = shared.apply();
    assert!(said.exit == 0 && said.text.contains("1 change done"), "{}: {}", said.exit, said.text);
    shared.world.assert_settled("after a create");
}

#[test]
fn values_of_other_types_are_read_where_nothing_is_lost() {
    let manifests = TEAM.replace(
        "spec: {package: payments, maxNumKeysAllowed: 20}",
        "spec: {package: payments, maxNumKeysAllowed: 20, quota: {calls: 100, per: day, keyOverride: true}}",
    );
    let shared = Shared::with(&manifests);
    shared.proxy.rewrite(|path, rows| {
        for row in rows.iter_mut().filter(|_| path.contains("/plans")) {
            for name in ["rateLimitCeiling", "maxNumKeysAllowed"] {
                if let Some(number) = row[name].as_i64() {
                    row[name] = json!(number.to_string());
                }
            }
            row["rateLimitKeyOverrideAllowed"] = json!("true");
            row["created"] = Json::Null;
            row["updated"] = json!("0000-00-00T00:00:00");
        }
        for row in rows.iter_mut().filter(|_| path.contains("/packageKeys")) {
            row["created"] = json!("0000-00-00 00:00:00");
            row["expires"] = json!("0000-00-00");
            row["rateLimitCeiling"] = Json::Null;
        }
    });
    let said = shared.world.keywright(&["plan", "--detailed-exitcode"]);
    assert!(said.exit == 0 && !said.text.contains("CAM-066"), "{}: {}", said.exit, said.text);
}

#[test]
fn an_unknown_word_is_kept_unless_a_manifest_manages_it() {
    let shared = Shared::new();
    shared.proxy.rewrite(|path, rows| {
        for row in rows.iter_mut().filter(|_| path.contains("/packageKeys")) {
            row["status"] = json!("revoked");
        }
        for row in rows.iter_mut().filter(|_| path.contains("/plans")) {
            row["rateLimitPeriod"] = json!("fortnight");
        }
    });
    let said = shared.world.keywright(&["plan", "--detailed-exitcode"]);
    assert!(said.exit == 0 && !said.text.contains("CAM-066"), "{}: {}", said.exit, said.text);
    shared.world.write(&TEAM.replace("maxNumKeysAllowed: 20", "maxNumKeysAllowed: 20, quota: {calls: 5000, per: day}"));
    let said = shared.world.keywright(&["plan", "--detailed-exitcode"]);
    assert!(said.exit == 2 && said.text.contains("fortnight → day"), "{}: {}", said.exit, said.text);
}
