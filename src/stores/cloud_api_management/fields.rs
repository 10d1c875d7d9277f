//! The fields of each kind in the V3 API: their names and formats (`cloud-api-management.md` 1.2–1.6).

use crate::model::Kind;
use crate::plan::FieldChange;
use crate::store::Refusal;

/// A field of a manifest and its property on the wire.
pub(super) struct Field {
    /// The name in manifests: `throttle.perSecond`.
    pub(super) name: &'static str,
    /// The name in the API: `qpsLimitCeiling`.
    pub(super) wire: &'static str,
    pub(super) form: Form,
}

/// The format of a value on the wire.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Flag,
    Number,
    /// The id of an object that Keywright does not manage, or null.
    Reference,
    /// Texts, separated by commas.
    Commas,
    /// Services with their endpoints, which have calls of their own.
    Services,
    /// A list of `{id, name}`, for a plan with the action `register_keys`.
    Roles,
    /// A number, and a second property for "unlimited".
    Limit {
        exempt: &'static str,
    },
    /// The same, but 0 and null mean that the plan's limit applies.
    OwnLimit {
        exempt: &'static str,
    },
    /// A date, or null for never.
    Date,
}

const fn same(name: &'static str, form: Form) -> Field {
    Field { name, wire: name, form }
}

const fn named(name: &'static str, wire: &'static str, form: Form) -> Field {
    Field { name, wire, form }
}

const USER: &[Field] = &[
    same("email", Form::Text),
    same("displayName", Form::Text),
    same("uri", Form::Text),
    same("blog", Form::Text),
    same("im", Form::Text),
    same("imsvc", Form::Text),
    same("phone", Form::Text),
    same("company", Form::Text),
    same("address1", Form::Text),
    same("address2", Form::Text),
    same("locality", Form::Text),
    same("region", Form::Text),
    same("postalCode", Form::Text),
    same("countryCode", Form::Text),
    same("firstName", Form::Text),
    same("lastName", Form::Text),
    same("registrationIpaddr", Form::Text),
    named("status", "areaStatus", Form::Text),
    same("externalId", Form::Text),
    same("roles", Form::Roles),
];

const APPLICATION: &[Field] = &[
    same("description", Form::Text),
    same("type", Form::Text),
    same("commercial", Form::Flag),
    same("ads", Form::Flag),
    same("adsSystem", Form::Text),
    same("usageModel", Form::Text),
    same("tags", Form::Text),
    same("notes", Form::Text),
    same("howDidYouHear", Form::Text),
    same("preferredProtocol", Form::Text),
    same("preferredOutput", Form::Text),
    same("externalId", Form::Text),
    same("uri", Form::Text),
    same("oauthRedirectUri", Form::Text),
];

const PACKAGE: &[Field] = &[
    same("description", Form::Text),
    same("notifyDeveloperPeriod", Form::Text),
    same("notifyDeveloperNearQuota", Form::Flag),
    same("notifyDeveloperOverQuota", Form::Flag),
    same("notifyDeveloperOverThrottle", Form::Flag),
    same("notifyAdminPeriod", Form::Text),
    same("notifyAdminNearQuota", Form::Flag),
    same("notifyAdminOverQuota", Form::Flag),
    same("notifyAdminOverThrottle", Form::Flag),
    same("notifyAdminEmails", Form::Commas),
    same("nearQuotaThreshold", Form::Number),
    same("keyLength", Form::Number),
    same("sharedSecretLength", Form::Number),
];

const PLAN: &[Field] = &[
    same("description", Form::Text),
    same("status", Form::Text),
    same("selfServiceKeyProvisioningEnabled", Form::Flag),
    same("adminKeyProvisioningEnabled", Form::Flag),
    same("notes", Form::Text),
    same("maxNumKeysAllowed", Form::Number),
    same("numKeysBeforeReview", Form::Number),
    named("throttle.perSecond", "qpsLimitCeiling", Form::Limit { exempt: "qpsLimitExempt" }),
    named("throttle.keyOverride", "qpsLimitKeyOverrideAllowed", Form::Flag),
    named("quota.calls", "rateLimitCeiling", Form::Limit { exempt: "rateLimitExempt" }),
    named("quota.keyOverride", "rateLimitKeyOverrideAllowed", Form::Flag),
    named("quota.per", "rateLimitPeriod", Form::Text),
    same("responseFilterOverrideAllowed", Form::Flag),
    same("emailTemplateSetId", Form::Reference),
    same("adminEmailTemplateSetId", Form::Reference),
    same("roles", Form::Roles),
    same("services", Form::Services),
];

const PACKAGE_KEY: &[Field] = &[
    named("settings.status", "status", Form::Text),
    named("settings.throttle", "qpsLimitCeiling", Form::OwnLimit { exempt: "qpsLimitExempt" }),
    named("settings.quota", "rateLimitCeiling", Form::OwnLimit { exempt: "rateLimitExempt" }),
    same("expires", Form::Date),
];

/// The fields of a kind, without names and parents. API keys live in another store.
pub(super) const fn of(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::User => USER,
        Kind::Application => APPLICATION,
        Kind::Package => PACKAGE,
        Kind::Plan => PLAN,
        Kind::PackageKey => PACKAGE_KEY,
        Kind::ApiKey => &[],
    }
}

/// Refuses fields without a property, which a write would leave out.
pub(super) fn check(kind: Kind, changes: &[FieldChange]) -> Result<(), Refusal> {
    match changes.iter().find(|change| !is_written(kind, &change.field)) {
        Some(change) => Err(Refusal::unknown_field(kind, &change.field)),
        None => Ok(()),
    }
}

/// Whether a write sends the field: as a property, as a custom attribute, or as the name or parent of the object.
fn is_written(kind: Kind, name: &str) -> bool {
    let begins = |start| name.len() > str::len(start) && name.starts_with(start);
    let is_other = match kind {
        Kind::User | Kind::Application => begins("extendedAttributes."),
        Kind::Package | Kind::Plan => begins("eav."),
        Kind::PackageKey => matches!(name, "application" | "package" | "plan"),
        Kind::ApiKey => false,
    };
    is_other || name == "name" || of(kind).iter().any(|field| field.name == name)
}

/// Properties that identify an object and its parent.
const fn identity(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::User => &["id", "created", "updated", "username"],
        Kind::Application => &["id", "created", "updated", "name", "username"],
        Kind::Package | Kind::Plan => &["id", "created", "updated", "name", "eav"],
        Kind::PackageKey => &["id", "created", "updated", "apikey", "secret"],
        Kind::ApiKey => &[],
    }
}

/// How `fields` requests a key's package, plan and application.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum ReferenceStyle {
    /// Only the ids, by paths. Inside a key, package and plan have different property names (1.6).
    #[default]
    Ids,
    /// Whole objects, from servers that accept no paths (8.21).
    Whole,
}

/// The parameter `fields` with all properties of a kind. Without it, answers are partial (Q3).
pub(super) fn all(kind: Kind, references: ReferenceStyle) -> String {
    let mut names: Vec<&str> = identity(kind).to_vec();
    match (kind, references) {
        (Kind::PackageKey, ReferenceStyle::Ids) => names.extend(["package.id", "plan.id", "application.id"]),
        (Kind::PackageKey, ReferenceStyle::Whole) => names.extend(["package", "plan", "application"]),
        _ => {}
    }
    for field in of(kind).iter().filter(|field| field.form != Form::Services) {
        names.push(field.wire);
        if let Form::Limit { exempt } | Form::OwnLimit { exempt } = field.form {
            names.push(exempt);
        }
    }
    names.join(",")
}

/// The parameter `fields` for packages with all properties of their plans.
pub(super) fn packages_with_plans(references: ReferenceStyle) -> String {
    let plans = all(Kind::Plan, references);
    let plans: Vec<String> = plans.split(',').map(|name| format!("{PLANS}.{name}")).collect();
    format!("{},{}", all(Kind::Package, references), plans.join(","))
}

/// The property of a package with its plans.
pub(super) const PLANS: &str = "plans";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::fields;
    use crate::model::built_in::is_built_in;

    #[test]
    fn every_requested_property_is_built_in() {
        for kind in [Kind::User, Kind::Application, Kind::Package, Kind::Plan, Kind::PackageKey] {
            for property in all(kind, ReferenceStyle::Whole).split(',') {
                assert!(is_built_in(kind, property), "{kind}: {property}");
            }
        }
    }

    #[test]
    fn only_managed_fields_are_written() {
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::ApiKey) {
            for field in fields::of(kind) {
                let more = if field.form == crate::manifest::field::Form::Texts { ".x" } else { "" };
                assert!(is_written(kind, &format!("{}{more}", field.name)), "{kind} {}", field.name);
            }
            for field in of(kind) {
                assert!(fields::find(kind, field.name).is_some(), "{kind} {}", field.name);
            }
        }
        let (user, plan) = (Kind::User, Kind::Plan);
        for (kind, not) in [(user, "shoeSize"), (user, "eav.a"), (user, "plan"), (plan, "eav."), (plan, "quota")] {
            assert!(!is_written(kind, not), "{kind} {not}");
        }
    }

    #[test]
    fn every_property_is_requested_once() {
        for kind in [Kind::User, Kind::Application, Kind::Package, Kind::Plan, Kind::PackageKey] {
            let all = all(kind, ReferenceStyle::Ids);
            let names: Vec<&str> = all.split(',').collect();
            let unique: std::collections::BTreeSet<_> = names.iter().collect();
            assert_eq!(unique.len(), names.len(), "{kind}: {all}");
            assert!(names.contains(&"id") && names.contains(&"updated"), "{kind}");
        }
    }
}
