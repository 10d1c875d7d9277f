//! Portal access groups, which are read-only in V3 (section 1.7 of the reference). Their ids are derived from their
//! names, so they are the same in every emulator.

use serde_json::Value as Json;
use serde_json::json;

use crate::model::Digest;
use crate::stores::embedded::ROLES;

pub(super) fn id(name: &str) -> String {
    stable_id("role", name)
}

/// The name of a role in a body: by id, or by name if it has no id.
pub(super) fn name_of(role: &Json) -> Option<&'static str> {
    let text = |property: &str| role.get(property).and_then(Json::as_str).filter(|text| !text.is_empty());
    match (text("id"), text("name")) {
        (Some(wanted), _) => ROLES.into_iter().find(|name| id(name) == wanted),
        (None, Some(wanted)) => ROLES.into_iter().find(|name| *name == wanted),
        (None, None) => None,
    }
}

/// All roles as the API returns them.
pub(super) fn all() -> Vec<Json> {
    let role = |name: &str| {
        json!({
            "id": id(name),
            "created": "2012-01-01T00:00:00Z",
            "updated": "2012-01-01T00:00:00Z",
            "name": name,
            "description": "",
            "isPredefined": true,
            "isOrgrole": false,
            "isAssignable": name != "Everyone",
        })
    };
    ROLES.into_iter().map(role).collect()
}

/// The only organization, and the only set of mail templates.
pub(super) fn organizations() -> Vec<Json> {
    vec![json!({"id": stable_id("organization", "Area Level"), "name": "Area Level", "parent": null})]
}

pub(super) fn email_template_sets() -> Vec<Json> {
    vec![json!({"id": stable_id("emailTemplateSet", "Default"), "name": "Default", "type": "developer"})]
}

fn stable_id(kind: &str, name: &str) -> String {
    let hex = Digest::of(format!("{kind}/{name}").as_bytes()).hex();
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn a_role_is_meant_by_its_id_or_by_its_name() {
        let id = super::id("Everyone");
        assert_eq!(id.len(), 36);
        assert_eq!(super::name_of(&json!({"id": id, "name": ""})), Some("Everyone"));
        assert_eq!(super::name_of(&json!({"name": "Member"})), Some("Member"));
        assert_eq!(super::name_of(&json!({"id": "7", "name": "Member"})), None);
        assert_eq!(super::name_of(&json!("Member")), None);
    }
}
