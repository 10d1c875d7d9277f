//! Which method and path each operation has (`mft-api-keys.md` 1.2). The vendor publishes neither, so they come from
//! the tenant's own OpenAPI file or from `keywright.yaml`, and nothing is ever tried out.

use serde_json::Map;
use serde_json::Value as Json;

use crate::rules;
use crate::store::Refusal;
use crate::workspace::Operation;
use crate::workspace::TransferOperations;

/// The operations of a site, each bound to one method and path, or with what it could be.
pub struct Operations {
    pub(super) list: Slot,
    pub(super) create: Slot,
    pub(super) update: Slot,
    pub(super) organizations: Operation,
    pub(super) account: Operation,
    /// Whether the site's own file knows a delete, which no documentation does. It is never called.
    pub deletes: bool,
}

/// One operation, or all that it could be: none, or too many.
pub(super) type Slot = Result<Operation, Vec<Operation>>;

/// What of the file is about one tag.
struct Described<'a> {
    operation: Operation,
    details: &'a Map<String, Json>,
}

/// Binds the operations. What is written goes before what the file says.
pub fn bind(openapi: Option<&[u8]>, written: &TransferOperations) -> Result<Operations, Refusal> {
    let file = openapi.map(parse).transpose()?;
    let file = file.as_ref();
    let keys = file.map_or_else(Vec::new, |file| described(file, "ApiKey"));
    let is_update = |one: &Described<'_>| is_update(one, file);
    let has_body = |one: &Described<'_>| file.is_some_and(|file| has_body(one, file));
    let (gives_list, gives_object) = (gives(file, "array"), gives(file, "object"));
    let is_list = |one: &Described<'_>| &*one.operation.method == "GET" && gives_list(one);
    let is_get = |one: &Described<'_>| &*one.operation.method == "GET" && has_query_id(one, file) && gives_object(one);
    let is_create = |one: &Described<'_>| &*one.operation.method == "POST" && has_body(one) && !is_update(one);
    let operations = Operations {
        list: slot(&keys, written.list.as_ref(), is_list),
        create: slot(&keys, written.create.as_ref(), is_create),
        update: slot(&keys, written.update.as_ref(), is_update),
        organizations: beside(file, "Organization", written.organizations.as_ref(), "/api/Organization", &gives_list)?,
        account: beside(file, "Account", written.account.as_ref(), "/api/Account", &gives_object)?,
        deletes: keys.iter().any(is_delete),
    };
    let get = slot(&keys, written.get.as_ref(), is_get);
    if let (Ok(list), Ok(get)) = (&operations.list, get)
        && *list == get
    {
        let reason = format!("list and get are both {list}, which no API can tell apart");
        return Err(unbound(reason, "take the paths from the site's Swagger page"));
    }
    Ok(operations)
}

impl Operations {
    /// What only reads needs the list; what writes needs all three (MFT-021).
    pub fn check(&self, writes: bool) -> Result<(), Refusal> {
        let needed: &[(&str, &Slot)] = if writes {
            &[("list", &self.list), ("create", &self.create), ("update", &self.update)]
        } else {
            &[("list", &self.list)]
        };
        let missing: Vec<String> =
            needed.iter().filter_map(|(name, slot)| slot.as_ref().err().map(|found| told(name, found))).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let help = "name the site's OpenAPI file with `openapi`, or write `operations: {list: GET /api/…, create: POST /api/…, \
                    update: PUT /api/…}` under spec.stores.managedFileTransfer";
        Err(unbound(missing.join("; "), help))
    }
}

fn told(name: &str, candidates: &[Operation]) -> String {
    if candidates.is_empty() {
        return format!("the operation {name} is not bound, and nothing could be it");
    }
    let candidates: Vec<String> = candidates.iter().take(10).map(ToString::to_string).collect();
    format!("the operation {name} is not bound: it could be {}", candidates.join(" or "))
}

pub(super) fn unbound(reason: String, help: &str) -> Refusal {
    Refusal { rule: Some(rules::MFT_021.id), ..Refusal::unavailable(reason).help(help) }
}

fn parse(bytes: &[u8]) -> Result<Json, Refusal> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let file: Option<Json> = serde_json::from_slice(bytes).ok();
    file.filter(|file| file.get("paths").is_some_and(Json::is_object)).ok_or_else(|| {
        unbound(
            "the file that `openapi` names is not an OpenAPI file in JSON".to_owned(),
            "take it from the Swagger page of the site, most likely at /swagger/v1/swagger.json",
        )
    })
}

/// The operations under a tag whose paths can be called as they stand. Sorted, so that messages are always the same.
fn described<'a>(file: &'a Json, tag: &str) -> Vec<Described<'a>> {
    const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];
    let prefix = prefix(file);
    let mut found = Vec::new();
    for (path, item) in file.get("paths").and_then(Json::as_object).into_iter().flatten() {
        for (method, details) in item.as_object().into_iter().flatten() {
            let method = method.to_ascii_lowercase();
            let Some(details) = details.as_object().filter(|_| METHODS.contains(&method.as_str())) else { continue };
            let tags = details.get("tags").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
            let operation = Operation::new(&method.to_ascii_uppercase(), &format!("{prefix}{path}"));
            if let Some(operation) = operation.filter(|_| tags.into_iter().any(|known| known == tag)) {
                found.push(Described { operation, details });
            }
        }
    }
    found.sort_by(|a, b| a.operation.cmp(&b.operation));
    found
}

/// What the file says that all paths stand below: `basePath`, or the path of the first server.
fn prefix(file: &Json) -> String {
    let base = file.get("basePath").and_then(Json::as_str);
    let server = file.get("servers").and_then(|servers| servers.get(0)?.get("url")?.as_str());
    let server =
        server.map(|url| url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("", |at| &rest[at..])));
    base.or(server).unwrap_or_default().trim_end_matches('/').to_owned()
}

fn slot(keys: &[Described<'_>], written: Option<&Operation>, is_it: impl Fn(&Described<'_>) -> bool) -> Slot {
    if let Some(written) = written {
        return Ok(written.clone());
    }
    let mut candidates: Vec<Operation> =
        keys.iter().filter(|one| is_it(one)).map(|one| one.operation.clone()).collect();
    match (candidates.pop(), candidates.is_empty()) {
        (Some(only), true) => Ok(only),
        (last, _) => Err(candidates.into_iter().chain(last).collect()),
    }
}

/// An operation of another tag, whose path is seen in use: the file's if it is clear there.
fn beside(
    file: Option<&Json>,
    tag: &str,
    written: Option<&Operation>,
    path: &str,
    gives: &impl Fn(&Described<'_>) -> bool,
) -> Result<Operation, Refusal> {
    let known = file.map_or_else(Vec::new, |file| described(file, tag));
    let is_it = |one: &Described<'_>| &*one.operation.method == "GET" && gives(one);
    let default = || unbound(format!("{path} is not a path"), "write it under `operations`");
    match slot(&known, written, is_it) {
        Ok(operation) => Ok(operation),
        Err(_) => Operation::new("GET", path).ok_or_else(default),
    }
}

fn is_update(one: &Described<'_>, file: Option<&Json>) -> bool {
    let is_named = ["summary", "operationId"].iter().filter_map(|name| one.details.get(*name)?.as_str());
    let says = is_named.chain([&*one.operation.path]).any(|text| text.to_ascii_lowercase().contains("update"));
    let replaces = matches!(&*one.operation.method, "PUT" | "PATCH");
    (replaces || says) && &*one.operation.method != "DELETE" && file.is_some_and(|file| has_body(one, file))
}

fn is_delete(one: &Described<'_>) -> bool {
    let names = one.details.get("operationId").and_then(Json::as_str).unwrap_or_default();
    let says = |text: &str| text.to_ascii_lowercase().contains("delete");
    &*one.operation.method == "DELETE" || says(names) || says(&one.operation.path)
}

/// OpenAPI 3 says `requestBody`; Swagger 2 a parameter that is in the body.
fn has_body(one: &Described<'_>, file: &Json) -> bool {
    one.details.contains_key("requestBody")
        || parameters(one, Some(file)).any(|parameter| parameter.get("in").and_then(Json::as_str) == Some("body"))
}

fn has_query_id(one: &Described<'_>, file: Option<&Json>) -> bool {
    parameters(one, file).any(|parameter| {
        let is = |name: &str, wanted: &str| parameter.get(name).and_then(Json::as_str) == Some(wanted);
        is("in", "query") && is("name", "id")
    })
}

fn parameters<'a>(one: &Described<'a>, file: Option<&'a Json>) -> impl Iterator<Item = &'a Json> {
    let listed = one.details.get("parameters").and_then(Json::as_array).into_iter().flatten();
    listed.map(move |parameter| file.map_or(parameter, |file| referred(parameter, file)))
}

/// Whether the answer 200 is of a type.
fn gives<'f>(file: Option<&'f Json>, wanted: &'static str) -> impl Fn(&Described<'_>) -> bool + 'f {
    move |one| {
        let Some(file) = file else { return false };
        let answer = one.details.get("responses").and_then(|responses| responses.get("200"));
        let Some(answer) = answer.map(|answer| referred(answer, file)) else { return false };
        let media = answer.get("content").and_then(Json::as_object).into_iter().flatten();
        let schemas = media.filter_map(|(_, media)| media.get("schema")).chain(answer.get("schema"));
        schemas.map(|schema| referred(schema, file)).any(|schema| {
            let is_object = schema.get("properties").is_some() || schema.get("allOf").is_some();
            match schema.get("type").and_then(Json::as_str) {
                Some(kind) => kind == wanted,
                None => wanted == "object" && is_object,
            }
        })
    }
}

/// Follows `$ref` within the file; a circle ends after a few steps.
fn referred<'a>(mut schema: &'a Json, file: &'a Json) -> &'a Json {
    for _ in 0..8 {
        let Some(pointer) = schema.get("$ref").and_then(Json::as_str).and_then(|to| to.strip_prefix('#')) else {
            break;
        };
        let Some(next) = file.pointer(pointer) else { break };
        schema = next;
    }
    schema
}

#[cfg(test)]
mod tests;
