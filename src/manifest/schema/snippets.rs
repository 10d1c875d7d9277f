//! Beginnings that an editor offers: whole manifests, and fields that have several forms.

use serde_json::Value as Json;
use serde_json::json;

use crate::manifest::API_VERSION;
use crate::model::Kind;

/// The fields with snippets.
#[cfg(test)]
pub(super) const PLACES: [&str; 4] =
    ["PackageKey.spec.key", "PackageKey.spec.deliver", "PackageKey.spec.rotation", "Application.spec.packages"];

/// The snippets of the field at a place like `PackageKey.spec.key`.
pub(super) fn of(place: &str) -> Option<Json> {
    Some(match place {
        "PackageKey.spec.key" => json!([
            snippet("generate", "A new value", &json!({ "generate": { "prefix": "${1:chk_}" } })),
            snippet("custom", "A value of your own", &json!({ "custom": { "env": "${1:APP_CHECKOUT_KEY}" } })),
            snippet("existing", "A key that the store has", &json!({ "existing": "${1:ID}" })),
        ]),
        "PackageKey.spec.deliver" => json!([
            snippet("file", "A file of the workspace", &json!([to_file()])),
            snippet(
                "sink",
                "A sink of keywright.yaml",
                &json!([{ "to": "${1:vault}", "path": "${2:teams/checkout}", "as": "${3:CHECKOUT_KEY}" }])
            ),
            snippet("elsewhere", "Another program takes the value from the store", &json!("elsewhere")),
        ]),
        "PackageKey.spec.rotation" => {
            json!([snippet(
                "rotation",
                "A successor every 90 days",
                &json!({ "every": "${1:90d}", "overlap": "${2:14d}" })
            )])
        }
        "Application.spec.packages" => json!([snippet(
            "package",
            "A package, its plan, and where the key goes",
            &json!([{ "package": "${1:payments}", "plan": "${2:gold}", "deliver": [to_file()] }])
        )]),
        _ => return None,
    })
}

/// A whole manifest of the kind, with all that it requires.
pub fn of_kind(kind: Kind) -> Json {
    let spec = match kind {
        Kind::User => json!({ "email": "${2:alice@example.com}", "displayName": "${3:Alice}", "status": "active" }),
        Kind::Application => json!({ "user": "${2:alice}" }),
        Kind::Package => json!({ "description": "${2:What the package offers}" }),
        Kind::Plan => json!({ "package": "${2:payments}", "throttle": { "perSecond": "^${3:20}" } }),
        Kind::PackageKey => json!({
            "user": "${2:alice}",
            "application": "${3:checkout}",
            "package": "${4:payments}",
            "plan": "${5:gold}",
            "key": { "generate": { "prefix": "${6:chk_}" } },
        }),
        Kind::ApiKey => json!({ "enabled": true, "allowedApis": ["${2:audit}"], "allOrgs": true }),
    };
    let manifest =
        json!({ "apiVersion": API_VERSION, "kind": kind.name(), "metadata": { "name": "${1:name}" }, "spec": spec });
    snippet(kind.name(), "A manifest of this kind", &manifest)
}

fn to_file() -> Json {
    json!({ "file": "${3:secrets/checkout.env}", "as": "${4:CHECKOUT_KEY}" })
}

fn snippet(label: &str, description: &str, body: &Json) -> Json {
    json!({ "label": label, "description": description, "body": body })
}
