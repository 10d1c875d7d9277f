//! Checks values against the table of manifest fields.

use super::ROLES;
use crate::manifest::field::Form;
use crate::manifest::fields::find;
use crate::model::Kind;
use crate::model::Value;
use crate::model::built_in::is_built_in;
use crate::rules;
use crate::store::Refusal;

/// Refuses a value that the store does not accept in this field.
pub(super) fn check(kind: Kind, name: &str, value: &Value) -> Result<(), Refusal> {
    let custom = name.strip_prefix("extendedAttributes.");
    if custom.is_some_and(|name| is_built_in(kind, name)) {
        return Err(Refusal::rejected(&rules::CAM_060, format!("`{name}` is not a custom attribute")));
    }
    let broken = match find(kind, name) {
        None if name == "keyAdapter" => {
            return Err(Refusal::rejected(&rules::CAM_017, "`keyAdapter` cannot be set"));
        }
        None => return Err(Refusal::unknown_field(kind, name)),
        Some(field) if field.form == Form::Roles && has_unknown_roles(value) => {
            Some((field.rule, format!("a list of {}", ROLES.join(", "))))
        }
        Some(field) => field.broken(value),
    };
    match broken {
        Some((rule, must)) => Err(Refusal::rejected(rule, format!("`{name}` must be {must}, not {value}"))),
        None => Ok(()),
    }
}

fn has_unknown_roles(value: &Value) -> bool {
    matches!(value, Value::Set(items) if items.iter().any(|item| !ROLES.contains(&item.as_ref())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(kind: Kind, name: &str, value: Value) -> Option<&'static str> {
        check(kind, name, &value).err().and_then(|refusal| refusal.rule).map(|rule| rule.0)
    }

    #[test]
    fn fields_hold_to_their_rules() {
        let text = |text: &str| Value::text(text);
        let long = Value::text("é".repeat(256));
        let cases = [
            (Kind::User, "email", long.clone(), text("a@example.com"), "CAM-003"),
            (Kind::User, "email", text("a@b@c"), text("é@example.com"), "CAM-003"),
            (Kind::User, "displayName", long, Value::text("é".repeat(255)), "CAM-004"),
            (Kind::User, "status", text("Active"), text("waiting"), "CAM-006"),
            (Kind::User, "roles", Value::set(["Wizard"]), Value::set(["Everyone", "API Manager"]), "CAM-047"),
            (Kind::User, "phone", Value::Number(1), text("1"), "KW-007"),
            (Kind::User, "shoeSize", text("44"), text("44"), "KW-005"),
            (Kind::User, "extendedAttributes.", text("a"), text("a"), "KW-005"),
            (Kind::Application, "ads", text("yes"), Value::Bool(true), "KW-007"),
            (Kind::Application, "extendedAttributes.team", Value::Bool(true), text("red"), "KW-007"),
            (Kind::User, "extendedAttributes.AreaStatus", text("disabled"), text("active"), "CAM-060"),
            (Kind::Package, "keyAdapter", text("x"), text("x"), "CAM-017"),
            (Kind::Package, "notifyAdminPeriod", text("year"), text("week"), "CAM-015"),
            (Kind::Package, "keyLength", Value::Number(-1), Value::Number(64), "CAM-016"),
            (Kind::Package, "notifyAdminEmails", text("a@b"), Value::set(["a@b"]), "KW-007"),
            (Kind::Plan, "quota.per", text("week"), text("month"), "CAM-019"),
            (Kind::Plan, "status", text("waiting"), text("inactive"), "CAM-019"),
            (Kind::Plan, "throttle.perSecond", Value::Number(-1), text("unlimited"), "CAM-020"),
            (Kind::Plan, "quota.calls", text("plan"), Value::Number(0), "CAM-020"),
            (Kind::Plan, "maxNumKeysAllowed", text("4"), Value::Number(0), "CAM-020"),
            (Kind::Plan, "eav.team", Value::Number(1), text("1"), "KW-007"),
            (Kind::PackageKey, "settings.quota", Value::Number(0), Value::Number(1), "CAM-028"),
            (Kind::PackageKey, "settings.throttle", text("none"), text("unlimited"), "CAM-028"),
            (Kind::PackageKey, "settings.status", text("on"), text("disabled"), "CAM-030"),
            (Kind::PackageKey, "expires", text("2027-02-29"), text("2028-02-29"), "CAM-032"),
            (Kind::PackageKey, "expires", text("2027-6-30"), text("never"), "CAM-032"),
            (Kind::ApiKey, "expires", text("2027-06-30"), text("2027-06-30T00:00:00Z"), "MFT-013"),
            (Kind::ApiKey, "enabled", text("true"), Value::Bool(false), "KW-007"),
        ];
        for (kind, name, wrong, right, rule) in cases {
            assert_eq!(broken(kind, name, wrong), Some(rule), "{kind} {name}");
            let never_right = ["KW-005", "CAM-017", "CAM-060"].contains(&rule);
            assert_eq!(broken(kind, name, right), never_right.then_some(rule), "{kind} {name}");
        }
    }
}
