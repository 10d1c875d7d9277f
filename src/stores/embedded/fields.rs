//! The fields of each kind: what the store accepts in them, and what it sets by itself when an object is made.

use crate::model::Kind;
use crate::model::Value;
use crate::rule::Rule;
use crate::rules;
use crate::store::Refusal;

/// One field of one kind.
pub(super) struct Field {
    pub(super) name: &'static str,
    form: Form,
    pub(super) start: Start,
}

/// What a new object has in a field that nobody set.
#[derive(Clone, Copy)]
pub(super) enum Start {
    Nothing,
    /// The field must be set, says this rule.
    Required(&'static Rule),
    Word(&'static str),
    Number(i64),
    Flag(bool),
}

impl Start {
    pub(super) fn value(self) -> Option<Value> {
        match self {
            Self::Nothing | Self::Required(_) => None,
            Self::Word(word) => Some(Value::text(word)),
            Self::Number(number) => Some(Value::Number(number)),
            Self::Flag(flag) => Some(Value::Bool(flag)),
        }
    }
}

/// What a field accepts. With the rules that say so.
#[derive(Clone, Copy)]
enum Form {
    Text,
    /// Text of at most so many characters.
    Short(&'static Rule, usize),
    Email(&'static Rule),
    Word(&'static Rule, &'static [&'static str]),
    Flag,
    /// A whole number that is not negative.
    Count(&'static Rule),
    /// A whole number that is not negative, or `unlimited`.
    Limit(&'static Rule),
    /// `plan`, `unlimited`, or a whole number above zero.
    Override(&'static Rule),
    Set,
    Roles(&'static Rule),
    Date(&'static Rule),
    Instant(&'static Rule),
}

const PERIODS: &[&str] = &["minute", "hour", "day", "week", "month"];

/// Sorted by name. The lengths that the vendor only told for the old API (CAM-005, CAM-012) are not held here: the
/// rules warn of them, and what is only warned of must be possible.
const PACKAGE: &[Field] = &[
    text("description"),
    count("keyLength", 24, &rules::CAM_016),
    count("nearQuotaThreshold", 50, &rules::CAM_016),
    set("notifyAdminEmails"),
    flag("notifyAdminNearQuota", false),
    flag("notifyAdminOverQuota", false),
    flag("notifyAdminOverThrottle", false),
    word("notifyAdminPeriod", "day", &rules::CAM_015, PERIODS),
    flag("notifyDeveloperNearQuota", false),
    flag("notifyDeveloperOverQuota", false),
    flag("notifyDeveloperOverThrottle", false),
    word("notifyDeveloperPeriod", "day", &rules::CAM_015, PERIODS),
    count("sharedSecretLength", 0, &rules::CAM_016),
];

const PLAN: &[Field] = &[
    flag("adminKeyProvisioningEnabled", true),
    text("adminEmailTemplateSetId"),
    text("description"),
    text("emailTemplateSetId"),
    count("maxNumKeysAllowed", 4, &rules::CAM_020),
    text("notes"),
    count("numKeysBeforeReview", 0, &rules::CAM_020),
    Field { name: "quota.calls", form: Form::Limit(&rules::CAM_020), start: Start::Number(5000) },
    flag("quota.keyOverride", true),
    word("quota.per", "day", &rules::CAM_019, &["minute", "hour", "day", "month"]),
    flag("responseFilterOverrideAllowed", true),
    roles("roles"),
    flag("selfServiceKeyProvisioningEnabled", true),
    word("status", "active", &rules::CAM_019, &["active", "inactive"]),
    flag("throttle.keyOverride", true),
    Field { name: "throttle.perSecond", form: Form::Limit(&rules::CAM_020), start: Start::Number(2) },
];

const USER: &[Field] = &[
    text("address1"),
    text("address2"),
    text("blog"),
    text("company"),
    text("countryCode"),
    Field { name: "displayName", form: Form::Short(&rules::CAM_004, 255), start: Start::Required(&rules::CAM_004) },
    Field { name: "email", form: Form::Email(&rules::CAM_003), start: Start::Required(&rules::CAM_003) },
    text("externalId"),
    text("firstName"),
    text("im"),
    text("imsvc"),
    text("lastName"),
    text("locality"),
    text("phone"),
    text("postalCode"),
    text("region"),
    text("registrationIpaddr"),
    roles("roles"),
    word("status", "waiting", &rules::CAM_006, &["active", "waiting", "disabled"]),
    text("uri"),
];

const APPLICATION: &[Field] = &[
    flag("ads", false),
    text("adsSystem"),
    flag("commercial", false),
    text("description"),
    text("externalId"),
    text("howDidYouHear"),
    text("notes"),
    text("oauthRedirectUri"),
    text("preferredOutput"),
    text("preferredProtocol"),
    text("tags"),
    text("type"),
    text("uri"),
    text("usageModel"),
];

const PACKAGE_KEY: &[Field] = &[
    Field { name: "expires", form: Form::Date(&rules::CAM_032), start: Start::Word("never") },
    Field { name: "plan", form: Form::Text, start: Start::Required(&rules::CAM_023) },
    Field { name: "settings.quota", form: Form::Override(&rules::CAM_028), start: Start::Word("plan") },
    word("settings.status", "active", &rules::CAM_030, &["active", "waiting", "disabled"]),
    Field { name: "settings.throttle", form: Form::Override(&rules::CAM_028), start: Start::Word("plan") },
];

const API_KEY: &[Field] = &[
    set("allowedApis"),
    set("allowedOrgs"),
    Field { name: "enabled", form: Form::Flag, start: Start::Required(&rules::MFT_006) },
    Field { name: "expires", form: Form::Instant(&rules::MFT_013), start: Start::Word("never") },
];

const fn text(name: &'static str) -> Field {
    Field { name, form: Form::Text, start: Start::Nothing }
}

const fn set(name: &'static str) -> Field {
    Field { name, form: Form::Set, start: Start::Nothing }
}

const fn roles(name: &'static str) -> Field {
    Field { name, form: Form::Roles(&rules::CAM_047), start: Start::Nothing }
}

const fn flag(name: &'static str, start: bool) -> Field {
    Field { name, form: Form::Flag, start: Start::Flag(start) }
}

const fn count(name: &'static str, start: i64, rule: &'static Rule) -> Field {
    Field { name, form: Form::Count(rule), start: Start::Number(start) }
}

const fn word(name: &'static str, start: &'static str, rule: &'static Rule, words: &'static [&'static str]) -> Field {
    Field { name, form: Form::Word(rule, words), start: Start::Word(start) }
}

pub(super) const fn of(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Package => PACKAGE,
        Kind::Plan => PLAN,
        Kind::User => USER,
        Kind::Application => APPLICATION,
        Kind::PackageKey => PACKAGE_KEY,
        Kind::ApiKey => API_KEY,
    }
}

pub(super) fn find(kind: Kind, name: &str) -> Option<&'static Field> {
    of(kind).iter().find(|field| field.name == name)
}

/// What the names of a kind's free fields begin with.
const fn free(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::User | Kind::Application => Some("extendedAttributes."),
        Kind::Package | Kind::Plan => Some("eav."),
        Kind::PackageKey | Kind::ApiKey => None,
    }
}

/// Whether the store accepts the value in the field.
pub(super) fn check(kind: Kind, name: &str, value: &Value) -> Result<(), Refusal> {
    match find(kind, name) {
        Some(field) => field.form.check(name, value),
        None if name == "keyAdapter" => {
            Err(Refusal::rejected(&rules::CAM_017, "the store does not let anybody set `keyAdapter`"))
        }
        None if free(kind).is_some_and(|start| name.len() > start.len() && name.starts_with(start)) => {
            Form::Text.check(name, value)
        }
        None => Err(Refusal::rejected(&rules::KW_005, format!("an object of kind {kind} has no field `{name}`"))),
    }
}

impl Form {
    fn check(self, name: &str, value: &Value) -> Result<(), Refusal> {
        match self.broken(value) {
            Some((rule, must)) => Err(Refusal::rejected(rule, format!("`{name}` must be {must}, not {value}"))),
            None => Ok(()),
        }
    }

    /// The rule that the value breaks, and what the value must be.
    fn broken(self, value: &Value) -> Option<(&'static Rule, String)> {
        let (is_right, rule, must) = match (self, value) {
            (Self::Text, Value::Text(_)) | (Self::Flag, Value::Bool(_)) | (Self::Set, Value::Set(_)) => return None,
            (Self::Text, _) => (false, &rules::KW_007, "a text".to_owned()),
            (Self::Flag, _) => (false, &rules::KW_007, "true or false".to_owned()),
            (Self::Set | Self::Roles(_), value) if !matches!(value, Value::Set(_)) => {
                (false, &rules::KW_007, "a list of texts".to_owned())
            }
            (Self::Set, _) => return None,
            (Self::Short(rule, max), value) => {
                let fits = value.as_text().is_some_and(|text| !text.is_empty() && text.chars().count() <= max);
                (fits, rule, format!("a text of 1 to {max} characters"))
            }
            (Self::Email(rule), value) => {
                let is_email = value.as_text().is_some_and(is_email);
                (is_email, rule, "an e-mail address of at most 255 characters with one @".to_owned())
            }
            (Self::Word(rule, words), value) => {
                let is_word = value.as_text().is_some_and(|text| words.contains(&text));
                (is_word, rule, format!("one of {}", words.join(", ")))
            }
            (Self::Count(rule), value) => {
                (value.as_number().is_some_and(|number| number >= 0), rule, "a whole number of 0 or more".to_owned())
            }
            (Self::Limit(rule), value) => (is_limit(value, 0, &["unlimited"]), rule, limit(0, "`unlimited`")),
            (Self::Override(rule), value) => {
                (is_limit(value, 1, &["plan", "unlimited"]), rule, limit(1, "`plan` or `unlimited`"))
            }
            (Self::Roles(rule), value) => (are_roles(value), rule, format!("a list of {}", super::ROLES.join(", "))),
            (Self::Date(rule), value) => {
                (value.as_text().is_some_and(is_date), rule, "a date as 2027-06-30, or `never`".to_owned())
            }
            (Self::Instant(rule), value) => {
                let must = "an instant in UTC as 2027-06-30T00:00:00Z, or `never`".to_owned();
                (value.as_text().is_some_and(is_instant), rule, must)
            }
        };
        (!is_right).then_some((rule, must))
    }
}

fn limit(least: i64, or: &str) -> String {
    format!("a whole number of {least} or more, or {or}")
}

fn is_limit(value: &Value, least: i64, words: &[&str]) -> bool {
    match value {
        Value::Number(number) => *number >= least,
        Value::Text(text) => words.contains(&text.as_ref()),
        Value::Bool(_) | Value::Set(_) => false,
    }
}

fn are_roles(value: &Value) -> bool {
    matches!(value, Value::Set(items) if items.iter().all(|item| super::ROLES.contains(&item.as_ref())))
}

fn is_email(text: &str) -> bool {
    text.chars().count() <= 255 && text.matches('@').count() == 1
}

fn is_date(text: &str) -> bool {
    // chrono also takes `2027-6-3` and `+2027-06-03`; ten characters leave only the written form.
    text == "never" || (text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok())
}

fn is_instant(text: &str) -> bool {
    text == "never" || (text.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::check;
    use super::of;
    use crate::model::Kind;
    use crate::model::Value;

    fn broken(kind: Kind, name: &str, value: Value) -> Option<&'static str> {
        check(kind, name, &value).err().and_then(|refusal| refusal.rule).map(|rule| rule.0)
    }

    #[test]
    fn every_field_accepts_what_the_store_sets_by_itself() {
        for kind in Kind::ALL {
            for field in of(kind) {
                let start = field.start.value();
                assert!(start.is_none_or(|value| check(kind, field.name, &value).is_ok()), "{kind} {}", field.name);
            }
        }
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
            let never_right = ["KW-005", "CAM-017"].contains(&rule);
            assert_eq!(broken(kind, name, right), never_right.then_some(rule), "{kind} {name}");
        }
    }
}
