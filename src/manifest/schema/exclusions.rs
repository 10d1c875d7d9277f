//! Fields of a mapping that exclude or need each other, as keywords of draft-07, with the message that an editor shows.

use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

/// The mappings with more keywords.
#[cfg(test)]
pub(super) const PLACES: [&str; 6] = [
    "secret",
    "PackageKey.spec.key",
    "deliver[]",
    "Plan.spec.throttle",
    "Plan.spec.quota",
    "spec.stores.managedFileTransfer.credentials",
];

/// More keywords for the schema of the mapping `what`. Rules decide the same when they read a manifest.
pub(super) fn of(what: &str) -> Vec<(&'static str, Json)> {
    match what {
        "secret" => {
            let says = "A secret has exactly one source: env, file, command or value.";
            let forms = "Write where the secret is: {env: NAME}, {file: PATH} or {command: [PROGRAM]}.";
            let only_one = only_one(&["env", "file", "command", "value"], says);
            vec![only_one, ("minProperties", json!(1)), ("errorMessage", json!(forms))]
        }
        "PackageKey.spec.key" => {
            let says = "A key is either generated or has a custom value.";
            // Also for a field that a key does not have, and for another value than a mapping, like `key: generate`.
            let forms = "Write {generate: {prefix: chk_}}, {custom: {env: CHECKOUT_KEY}} or {existing: ID}.";
            let one = any_of(&["generate", "custom", "existing"]);
            vec![only_one(&["generate", "custom"], says), one, ("errorMessage", json!(forms))]
        }
        "deliver[]" => {
            let says = "A place is either a file, or a sink and a path in it: {to: NAME, path: …}.";
            let needs = json!({ "file": excludes(&["to", "path"], says), "to": ["path"], "path": ["to"] });
            vec![("dependencies", needs), any_of(&["file", "to"])]
        }
        "Plan.spec.throttle" => vec![("allOf", unless_unlimited("perSecond"))],
        "Plan.spec.quota" => vec![("allOf", unless_unlimited("calls"))],
        "spec.stores.managedFileTransfer.credentials" => {
            vec![
                only_one(&["apiKey", "bearer"], "Sign in with either apiKey or bearer."),
                any_of(&["apiKey", "bearer"]),
            ]
        }
        _ => Vec::new(),
    }
}

/// At most one of the fields.
fn only_one(fields: &[&str], says: &str) -> (&'static str, Json) {
    let pairs = fields.iter().enumerate().filter(|(at, _)| at + 1 < fields.len());
    let all = pairs.map(|(at, field)| ((*field).to_owned(), excludes(&fields[at + 1..], says)));
    ("dependencies", Json::Object(all.collect()))
}

fn excludes(others: &[&str], says: &str) -> Json {
    let never: Map<String, Json> = others.iter().map(|other| ((*other).to_owned(), false.into())).collect();
    json!({ "properties": never, "errorMessage": says })
}

/// At least one of the fields. It stands in `allOf`, because an `anyOf` of the mapping itself would be the forms of a value.
fn any_of(fields: &[&str]) -> (&'static str, Json) {
    let says = format!("Write one of {}.", fields.join(", "));
    let each: Vec<Json> = fields.iter().map(|field| json!({ "required": [field], "errorMessage": says })).collect();
    ("allOf", json!([{ "anyOf": each }]))
}

fn unless_unlimited(number: &str) -> Json {
    let says = format!("Write either {number} or unlimited: true.");
    json!([{
        "if": { "required": ["unlimited"], "properties": { "unlimited": { "const": true } } },
        "then": excludes(&[number], &says),
    }])
}
