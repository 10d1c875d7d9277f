//! The method and path of each operation (`mft-api-keys.md` 1.2). The vendor does not publish them, so they come from
//! the tenant's OpenAPI file or from `keywright.yaml`. Nothing is ever tried out.

use serde_json::Map;
use serde_json::Value as Json;

use crate::rules;
use crate::store::Refusal;
use crate::workspace::Operation;
use crate::workspace::TransferOperations;

/// The operations of a site.
pub struct Operations {
    pub(super) list: Binding,
    pub(super) create: Binding,
    pub(super) update: Binding,
    pub(super) organizations: Operation,
    pub(super) account: Operation,
    /// Whether the OpenAPI file has an undocumented delete. It is never called.
    pub deletes: bool,
}

/// One operation, or its candidates if there is not exactly one.
pub(super) type Binding = Result<Operation, Vec<Operation>>;

/// An operation in the OpenAPI file.
struct Documented<'a> {
    operation: Operation,
    details: &'a Map<String, Json>,
}

/// Binds the operations. Those in `keywright.yaml` have priority over the OpenAPI file.
pub fn bind(openapi: Option<&[u8]>, written: &TransferOperations) -> Result<Operations, Refusal> {
    let file = openapi.map(parse).transpose()?;
    let file = file.as_ref();
    let keys = file.map_or_else(Vec::new, |file| documented(file, "ApiKey"));
    let is_update = |one: &Documented<'_>| is_update(one, file);
    let has_body = |one: &Documented<'_>| file.is_some_and(|file| has_body(one, file));
    let (answers_list, answers_object) = (answers_with(file, "array"), answers_with(file, "object"));
    let is_list = |one: &Documented<'_>| &*one.operation.method == "GET" && answers_list(one);
    let is_get =
        |one: &Documented<'_>| &*one.operation.method == "GET" && has_query_id(one, file) && answers_object(one);
    let is_create = |one: &Documented<'_>| &*one.operation.method == "POST" && has_body(one) && !is_update(one);
    let operations = Operations {
        list: resolve(&keys, written.list.as_ref(), is_list),
        create: resolve(&keys, written.create.as_ref(), is_create),
        update: resolve(&keys, written.update.as_ref(), is_update),
        organizations: bind_other(
            file,
            "Organization",
            written.organizations.as_ref(),
            "/api/Organization",
            &answers_list,
        )?,
        account: bind_other(file, "Account", written.account.as_ref(), "/api/Account", &answers_object)?,
        deletes: keys.iter().any(is_delete),
    };
    let get = resolve(&keys, written.get.as_ref(), is_get);
    if let (Ok(list), Ok(get)) = (&operations.list, get)
        && *list == get
    {
        let reason = format!("list and get are the same operation, {list}");
        return Err(unbound(reason, "copy the paths from the site's Swagger page"));
    }
    Ok(operations)
}

impl Operations {
    /// Refuses missing operations: reads need only the list, writes all three (MFT-021).
    pub fn check(&self, writes: bool) -> Result<(), Refusal> {
        let needed: &[(&str, &Binding)] = if writes {
            &[("list", &self.list), ("create", &self.create), ("update", &self.update)]
        } else {
            &[("list", &self.list)]
        };
        let missing: Vec<String> = needed
            .iter()
            .filter_map(|(name, binding)| binding.as_ref().err().map(|found| unbound_reason(name, found)))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let help = "name the site's OpenAPI file in `openapi`, or write `operations: {list: GET /api/…, create: POST /api/…, \
                    update: PUT /api/…}` under spec.stores.managedFileTransfer";
        Err(unbound(missing.join("; "), help))
    }
}

fn unbound_reason(name: &str, candidates: &[Operation]) -> String {
    if candidates.is_empty() {
        return format!("the operation `{name}` is not configured, and there is no candidate");
    }
    let candidates: Vec<String> = candidates.iter().take(10).map(ToString::to_string).collect();
    format!("the operation `{name}` is not configured; choose one of {}", candidates.join(", "))
}

pub(super) fn unbound(reason: String, help: &str) -> Refusal {
    Refusal { rule: Some(rules::MFT_021.id), ..Refusal::unavailable(reason).help(help) }
}

fn parse(bytes: &[u8]) -> Result<Json, Refusal> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let file: Option<Json> = serde_json::from_slice(bytes).ok();
    file.filter(|file| file.get("paths").is_some_and(Json::is_object)).ok_or_else(|| {
        unbound(
            "the file in `openapi` is not an OpenAPI file in JSON".to_owned(),
            "download it from the site's Swagger page, usually at /swagger/v1/swagger.json",
        )
    })
}

/// The operations of a tag whose paths are plain, without parameters. Sorted, so that messages are always the same.
fn documented<'a>(file: &'a Json, tag: &str) -> Vec<Documented<'a>> {
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
                found.push(Documented { operation, details });
            }
        }
    }
    found.sort_by(|a, b| a.operation.cmp(&b.operation));
    found
}

/// The prefix of all paths: `basePath`, or the path of the first server.
fn prefix(file: &Json) -> String {
    let base = file.get("basePath").and_then(Json::as_str);
    let server = file.get("servers").and_then(|servers| servers.get(0)?.get("url")?.as_str());
    let server =
        server.map(|url| url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("", |at| &rest[at..])));
    base.or(server).unwrap_or_default().trim_end_matches('/').to_owned()
}

fn resolve(keys: &[Documented<'_>], written: Option<&Operation>, is_it: impl Fn(&Documented<'_>) -> bool) -> Binding {
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

/// An operation of another tag: from the file if it has exactly one candidate, else the usual path.
fn bind_other(
    file: Option<&Json>,
    tag: &str,
    written: Option<&Operation>,
    path: &str,
    answers_with: &impl Fn(&Documented<'_>) -> bool,
) -> Result<Operation, Refusal> {
    let known = file.map_or_else(Vec::new, |file| documented(file, tag));
    let is_it = |one: &Documented<'_>| &*one.operation.method == "GET" && answers_with(one);
    let default = || unbound(format!("{path} is not a path"), "set it under `operations` in keywright.yaml");
    match resolve(&known, written, is_it) {
        Ok(operation) => Ok(operation),
        Err(_) => Operation::new("GET", path).ok_or_else(default),
    }
}

fn is_update(one: &Documented<'_>, file: Option<&Json>) -> bool {
    let texts = ["summary", "operationId"].iter().filter_map(|name| one.details.get(*name)?.as_str());
    let mentions = texts.chain([&*one.operation.path]).any(|text| text.to_ascii_lowercase().contains("update"));
    let replaces = matches!(&*one.operation.method, "PUT" | "PATCH");
    (replaces || mentions) && &*one.operation.method != "DELETE" && file.is_some_and(|file| has_body(one, file))
}

fn is_delete(one: &Documented<'_>) -> bool {
    let names = one.details.get("operationId").and_then(Json::as_str).unwrap_or_default();
    let mentions = |text: &str| text.to_ascii_lowercase().contains("delete");
    &*one.operation.method == "DELETE" || mentions(names) || mentions(&one.operation.path)
}

/// OpenAPI 3 has `requestBody`, Swagger 2 a parameter in the body.
fn has_body(one: &Documented<'_>, file: &Json) -> bool {
    one.details.contains_key("requestBody")
        || parameters(one, Some(file)).any(|parameter| parameter.get("in").and_then(Json::as_str) == Some("body"))
}

fn has_query_id(one: &Documented<'_>, file: Option<&Json>) -> bool {
    parameters(one, file).any(|parameter| {
        let is = |name: &str, wanted: &str| parameter.get(name).and_then(Json::as_str) == Some(wanted);
        is("in", "query") && is("name", "id")
    })
}

fn parameters<'a>(one: &Documented<'a>, file: Option<&'a Json>) -> impl Iterator<Item = &'a Json> {
    let listed = one.details.get("parameters").and_then(Json::as_array).into_iter().flatten();
    listed.map(move |parameter| file.map_or(parameter, |file| referred(parameter, file)))
}

/// Whether the answer 200 has the type `wanted`.
fn answers_with<'f>(file: Option<&'f Json>, wanted: &'static str) -> impl Fn(&Documented<'_>) -> bool + 'f {
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

/// Follows `$ref` within the file, at most eight steps because of cycles.
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
