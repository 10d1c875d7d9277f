//! Examples of fields, which an editor shows and completes. All names and addresses are reserved for examples.

use serde_json::Value as Json;
use serde_json::json;

/// The examples of the field at a place like `PackageKey.spec.plan`.
pub(super) fn of(place: &str) -> Option<Json> {
    let found = all().into_iter().find(|(known, _)| *known == place);
    found.map(|(_, examples)| examples)
}

fn all() -> [(&'static str, Json); 21] {
    [
        ("User.spec.email", json!(["alice@example.com"])),
        ("User.spec.countryCode", json!(["DE"])),
        ("User.spec.phone", json!(["+49 30 1234567"])),
        ("User.spec.roles", json!([["Developers"]])),
        ("Application.spec.oauthRedirectUri", json!(["https://shop.example.com/callback"])),
        ("Package.spec.notifyAdminEmails", json!([["api-team@example.com"]])),
        ("Plan.spec.roles", json!([["Developers"]])),
        ("PackageKey.spec.key.generate.prefix", json!(["chk_"])),
        ("PackageKey.spec.settings.throttle", json!(["plan", 50, { "perSecond": 50 }])),
        ("PackageKey.spec.settings.quota", json!(["plan", 10_000, { "calls": 10_000 }])),
        ("PackageKey.spec.expires", json!(["never", "2027-06-30", { "after": "120d" }])),
        ("secret.env", json!(["APP_CHECKOUT_KEY"])),
        ("secret.command", json!([["vault", "kv", "get", "-field=key", "secret/checkout"]])),
        ("deliver[].file", json!(["secrets/checkout.env"])),
        ("deliver[].path", json!(["teams/checkout"])),
        ("deliver[].as", json!(["CHECKOUT_KEY"])),
        ("ApiKey.spec.allowedOrgs", json!([["ACME"]])),
        ("spec.environment.allow", json!([["APP_"]])),
        ("spec.stores.cloudApiManagement.url", json!(["https://api.mashery.com"])),
        ("spec.stores.cloudApiManagement.area", json!(["00000000-0000-0000-0000-000000000000"])),
        ("spec.stores.managedFileTransfer.url", json!(["https://files.example.com"])),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::manifest::documents;
    use crate::manifest::schema::exclusions;
    use crate::manifest::schema::snippets;
    use crate::model::Kind;

    use super::*;

    fn places(schema: &Json, found: &mut BTreeSet<String>) {
        if let (Some(title), Some(fields)) = (schema["title"].as_str(), schema["properties"].as_object()) {
            found.insert(title.to_owned());
            found.extend(fields.keys().map(|field| format!("{title}.{field}")));
        }
        match schema {
            Json::Object(members) => members.values().for_each(|member| places(member, found)),
            Json::Array(items) => items.iter().for_each(|item| places(item, found)),
            _ => {}
        }
    }

    #[test]
    fn examples_snippets_and_exclusions_are_of_fields_that_exist() {
        let mut found = BTreeSet::new();
        for kind in Kind::ALL {
            places(&documents::of_kind(kind), &mut found);
        }
        places(&documents::of_workspace(), &mut found);
        let known = all().map(|(place, _)| place).into_iter().chain(snippets::PLACES);
        for place in known.chain(exclusions::PLACES) {
            assert!(found.contains(place), "{place} is not the place of a field");
        }
    }
}
