//! Random values for every field that a manifest can set.

use std::collections::BTreeMap;

use keywright::model::Kind;
use keywright::model::Value;

use super::tape::Tape;

/// Fields by the name that the store and the diff know them by.
pub(super) type Fields = BTreeMap<String, Value>;

/// Names that are legal and awkward.
pub(super) const NAMES: [&str; 28] = [
    "alice",
    "shop",
    "gold",
    "pay",
    "bob smith",
    "a/b",
    "c/d/",
    "/",
    "50%",
    "größe",
    "O'Brien",
    "\"quoted\"",
    "123",
    "1e3",
    "true",
    "null",
    "~x",
    "- dash",
    "x # y",
    "x: y",
    "日本",
    "e\u{301}",
    "@at",
    "no",
    "a%2Fb",
    "🙂",
    "&anchor *star",
    "{brace}",
];

/// Texts that are legal and awkward.
const TEXTS: [&str; 24] = [
    "plain",
    "",
    "two words",
    "größe 日本",
    "0123",
    "1e3",
    "no",
    "null",
    "~",
    "true",
    "line\nbreak\n",
    "tab\there",
    "quote\"'s",
    ": # - ",
    "2027-01-01",
    "{a: b}",
    " leading",
    "trailing ",
    "\u{202e}rtl",
    "🙂",
    "%2F",
    "back\\slash",
    "\n",
    "0x1F",
];

/// Names of custom attributes that are legal and awkward.
const ATTRIBUTES: [&str; 8] = ["team", "a.b", "<<", "true", "größe", "1", "x y", "\"q\""];

const USER_TEXTS: [&str; 16] = [
    "firstName",
    "lastName",
    "company",
    "address1",
    "address2",
    "locality",
    "region",
    "postalCode",
    "countryCode",
    "phone",
    "uri",
    "blog",
    "im",
    "imsvc",
    "registrationIpaddr",
    "externalId",
];
const APPLICATION_TEXTS: [&str; 12] = [
    "description",
    "type",
    "adsSystem",
    "usageModel",
    "tags",
    "notes",
    "howDidYouHear",
    "preferredProtocol",
    "preferredOutput",
    "externalId",
    "uri",
    "oauthRedirectUri",
];
const PACKAGE_FLAGS: [&str; 6] = [
    "notifyDeveloperNearQuota",
    "notifyDeveloperOverQuota",
    "notifyDeveloperOverThrottle",
    "notifyAdminNearQuota",
    "notifyAdminOverQuota",
    "notifyAdminOverThrottle",
];
const PLAN_FLAGS: [&str; 5] = [
    "selfServiceKeyProvisioningEnabled",
    "adminKeyProvisioningEnabled",
    "responseFilterOverrideAllowed",
    "throttle.keyOverride",
    "quota.keyOverride",
];
const PLAN_TEXTS: [&str; 4] = ["description", "notes", "emailTemplateSetId", "adminEmailTemplateSetId"];
const PERIODS: [&str; 5] = ["minute", "hour", "day", "week", "month"];
const ROLES: [&str; 3] = ["Everyone", "API Manager", "Reports User"];

/// A random field of a kind with a random value that the store takes.
pub(super) fn field(kind: Kind, tape: &mut Tape) -> (String, Value) {
    match kind {
        Kind::User => match tape.below(5) {
            0 => ("roles".into(), set(&ROLES, tape)),
            1 => (custom("extendedAttributes", tape), text(tape)),
            _ => (tape.choose(&USER_TEXTS).into(), text(tape)),
        },
        Kind::Application => match tape.below(5) {
            0 => (tape.choose(&["commercial", "ads"]).into(), flag(tape)),
            1 => (custom("extendedAttributes", tape), text(tape)),
            _ => (tape.choose(&APPLICATION_TEXTS).into(), text(tape)),
        },
        Kind::Package => package(tape),
        Kind::Plan => plan(tape),
        Kind::PackageKey => match tape.below(4) {
            0 => ("settings.throttle".into(), limit(&["plan", "unlimited"], 1, tape)),
            1 => ("settings.quota".into(), limit(&["plan", "unlimited"], 1, tape)),
            2 => ("settings.status".into(), Value::text(tape.choose(&["active", "disabled"]))),
            _ => ("expires".into(), Value::text(tape.choose(&["never", "2028-02-29", "2031-12-31"]))),
        },
        Kind::ApiKey => match tape.below(4) {
            0 => ("enabled".into(), flag(tape)),
            1 => ("allowedApis".into(), set(&["audit", "orders", "größe x"], tape)),
            2 => ("allowedOrgs".into(), set(&["ACME", "id:41", "x y"], tape)),
            _ => {
                ("expires".into(), Value::text(tape.choose(&["never", "2027-12-31T00:00:00Z", "2029-01-01T00:00:00Z"])))
            }
        },
    }
}

/// Up to four random fields, and sometimes several custom attributes.
pub(super) fn fields(kind: Kind, tape: &mut Tape) -> Fields {
    let mut fields: Fields = (0..tape.below(5)).map(|_| field(kind, tape)).collect();
    let family = match kind {
        Kind::User | Kind::Application => "extendedAttributes",
        Kind::Package | Kind::Plan => "eav",
        Kind::PackageKey | Kind::ApiKey => return fields,
    };
    if tape.chance(6) {
        fields.extend((0..3).map(|_| (custom(family, tape), text(tape))));
    }
    fields
}

fn package(tape: &mut Tape) -> (String, Value) {
    match tape.below(7) {
        0 => ("description".into(), text(tape)),
        1 => ("notifyAdminEmails".into(), set(&["a@example.com", "b@example.com"], tape)),
        2 => ("nearQuotaThreshold".into(), number(&[0, 50, 100], tape)),
        3 => ("keyLength".into(), number(&[24, 32, 64], tape)),
        4 => (tape.choose(&["notifyDeveloperPeriod", "notifyAdminPeriod"]).into(), Value::text(tape.choose(&PERIODS))),
        5 => (custom("eav", tape), text(tape)),
        _ if tape.chance(6) => ("sharedSecretLength".into(), number(&[0, 10], tape)),
        _ => (tape.choose(&PACKAGE_FLAGS).into(), flag(tape)),
    }
}

fn plan(tape: &mut Tape) -> (String, Value) {
    match tape.below(9) {
        0 => (tape.choose(&PLAN_TEXTS).into(), text(tape)),
        1 => ("throttle.perSecond".into(), limit(&["unlimited"], 0, tape)),
        2 => ("quota.calls".into(), limit(&["unlimited"], 0, tape)),
        3 => ("quota.per".into(), Value::text(tape.choose(&["minute", "hour", "day", "month"]))),
        4 => ("status".into(), Value::text(tape.choose(&["active", "inactive"]))),
        5 => (tape.choose(&["maxNumKeysAllowed", "numKeysBeforeReview"]).into(), number(&[0, 1, 4], tape)),
        6 => ("roles".into(), set(&ROLES, tape)),
        7 => (custom("eav", tape), text(tape)),
        _ => (tape.choose(&PLAN_FLAGS).into(), flag(tape)),
    }
}

pub(super) fn limit(words: &[&str], least: i64, tape: &mut Tape) -> Value {
    let at = tape.below(words.len() + 2);
    match words.get(at) {
        Some(word) => Value::text(*word),
        None => number(&[least, 7, 1_000_000], tape),
    }
}

fn custom(family: &str, tape: &mut Tape) -> String {
    format!("{family}.{}", tape.choose(&ATTRIBUTES))
}

fn text(tape: &mut Tape) -> Value {
    Value::text(tape.choose(&TEXTS))
}

fn flag(tape: &mut Tape) -> Value {
    Value::Bool(tape.chance(2))
}

fn number(from: &[i64], tape: &mut Tape) -> Value {
    Value::Number(tape.choose(from))
}

fn set(from: &[&'static str], tape: &mut Tape) -> Value {
    Value::set(from.iter().filter(|_| tape.chance(2)).copied())
}
