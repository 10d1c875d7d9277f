//! Random values for every field in the table of fields.

use std::collections::BTreeMap;

use keywright::manifest::field::Field;
use keywright::manifest::field::Form;
use keywright::manifest::fields as table;
use keywright::model::Kind;
use keywright::model::Value;
use keywright::model::services::ServiceItem;
use keywright::model::services::set_of;

use super::tape::Tape;

/// Fields by their names in the store and the diff.
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

/// Services and endpoints whose texts could be taken for others.
const SERVICES: [&str; 4] = ["Payments API", "a: b", "*", "true"];
const ENDPOINTS: [&str; 4] = ["v1", "*", "\\*", "x: y"];

const ROLES: [&str; 3] = ["Everyone", "API Manager", "Reports User"];

/// Fields that the world itself sets: what a user cannot change, and what a key belongs to.
const OF_THE_WORLD: [&str; 3] = ["email", "displayName", "plan"];

/// A random field of a kind with a random value that the store accepts.
pub(super) fn field(kind: Kind, tape: &mut Tape) -> (String, Value) {
    let is_free = |field: &&Field| !OF_THE_WORLD.contains(&field.name) && (kind, field.name) != (Kind::User, "status");
    let free: Vec<&Field> = table::of(kind).iter().filter(is_free).collect();
    let field = free[tape.below(free.len())];
    let name = match field.form {
        Form::Texts => custom(field.name, tape),
        _ => field.name.to_owned(),
    };
    (name, value(field, tape))
}

/// A random value that a field accepts and that keeps the world valid.
fn value(field: &Field, tape: &mut Tape) -> Value {
    match (field.name, field.form) {
        // A value needs enough random characters.
        ("keyLength", _) => number(&[24, 32, 64], tape),
        ("settings.status", _) => Value::text(tape.choose(&["active", "disabled"])),
        ("allowedApis", _) => set(&["audit", "orders", "größe x"], tape),
        ("allowedOrgs", _) => set(&["ACME", "id:41", "x y"], tape),
        ("description" | "notes" | "howDidYouHear", _) | (_, Form::Texts) => text(tape),
        (_, Form::Text | Form::Email) => line(tape),
        (_, Form::Word(words)) => Value::text(tape.choose(words)),
        (_, Form::Flag) => flag(tape),
        (_, Form::Number) => number(&[field.least.unwrap_or(0), 4, field.most.unwrap_or(1_000_000)], tape),
        (_, Form::Limit) => limit(&["unlimited"], 0, tape),
        (_, Form::OwnLimit) => limit(&["plan", "unlimited"], 1, tape),
        (_, Form::Set) => set(&["a@example.com", "b@example.com"], tape),
        (_, Form::Roles) => set(&ROLES, tape),
        (_, Form::Services) => services(tape),
        (_, Form::Date) => Value::text(tape.choose(&["never", "2028-02-29", "2031-12-31"])),
        (_, Form::Instant) => Value::text(tape.choose(&["never", "2027-12-31T00:00:00Z", "2029-01-01T00:00:00Z"])),
    }
}

/// Up to four random fields, and sometimes several custom attributes.
pub(super) fn fields(kind: Kind, tape: &mut Tape) -> Fields {
    let mut fields: Fields = (0..tape.below(5)).map(|_| field(kind, tape)).collect();
    let family = table::of(kind).iter().find(|field| field.form == Form::Texts);
    if let Some(family) = family
        && tape.chance(6)
    {
        fields.extend((0..3).map(|_| (custom(family.name, tape), text(tape))));
    }
    fields
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

/// A text that a field of one line accepts.
fn line(tape: &mut Tape) -> Value {
    let lines: Vec<&str> = TEXTS.into_iter().filter(|text| keywright::text::flaw(text).is_none()).collect();
    Value::text(lines[tape.below(lines.len())])
}

fn flag(tape: &mut Tape) -> Value {
    Value::Bool(tape.chance(2))
}

fn number(from: &[i64], tape: &mut Tape) -> Value {
    Value::Number(tape.choose(from))
}

/// Each service with all endpoints, some, or none.
fn services(tape: &mut Tape) -> Value {
    let named = SERVICES.into_iter().filter(|_| tape.chance(2)).collect::<Vec<_>>().into_iter();
    let items = named.flat_map(|service| {
        let service = service.to_owned();
        if tape.chance(3) {
            return vec![ServiceItem::All(service)];
        }
        let endpoints = ENDPOINTS.into_iter().filter(|_| tape.chance(2)).collect::<Vec<_>>().into_iter();
        let endpoints = endpoints.map(|name| ServiceItem::Endpoint(service.clone(), name.to_owned()));
        std::iter::once(ServiceItem::Service(service.clone())).chain(endpoints).collect()
    });
    set_of(items.collect::<Vec<_>>())
}

fn set(from: &[&'static str], tape: &mut Tape) -> Value {
    Value::set(from.iter().filter(|_| tape.chance(2)).copied())
}
