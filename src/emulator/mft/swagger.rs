//! The Swagger file, generated from the tables that requests are served from.

use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

use super::answers;
use super::operations::Described;
use super::operations::Operation;
use super::operations::Operations;
use super::schema;
use crate::emulator::answer::Answer;
use crate::emulator::quirks::Quirk;
use crate::emulator::quirks::Quirks;

/// The words of the pages' own paths.
pub(super) const WORDS: [&str; 4] = ["swagger", "Swagger", "v1", "swagger.json"];

/// The Swagger UI, which links the file (1.3).
const UI: &str = "<!DOCTYPE html><html><body><a href=\"/swagger/v1/swagger.json\">swagger.json</a></body></html>";

/// A page that needs no credential; `None` for any other path.
pub(super) fn page(parts: &[&str], operations: &Operations, quirks: &Quirks) -> Option<Answer> {
    match parts {
        // Inferred from the path of the Audit API's file (1.2).
        ["swagger" | "Swagger", "v1", "swagger.json"] => Some(Answer::json(200, &file(operations, quirks))),
        ["swagger" | "Swagger"] | ["swagger" | "Swagger", "index.html"] => {
            Some(Answer::text(200, "text/html; charset=utf-8", UI))
        }
        _ => None,
    }
}

fn file(operations: &Operations, quirks: &Quirks) -> Json {
    let mut paths = Map::new();
    for (described, method, path) in operations.all() {
        let method = method.as_str().to_lowercase();
        paths.entry(path).or_insert_with(|| json!({}))[method] = operation(described, quirks);
    }
    json!({
        "openapi": "3.0.1",
        "info": {"title": "AFT Management API, as keywright emulator serves it", "version": "v1"},
        "paths": paths,
        "components": {
            "schemas": {"ApiKey": api_key(quirks), "Organization": organization(), "Account": account()},
            "securitySchemes": {
                "ApiKeyBearer": {"type": "apiKey", "in": "header", "name": "ApiKey"},
                "Bearer": {"type": "http", "scheme": "bearer"},
            },
        },
        "security": [{"ApiKeyBearer": []}, {"Bearer": []}],
    })
}

fn operation(described: &Described, quirks: &Quirks) -> Json {
    let mut operation = json!({
        "tags": [described.tag],
        "summary": described.summary,
        "operationId": format!("{}_{}", described.tag, described.word),
    });
    let parameter = |name: &str, place: &str, schema: Json| json!([{"name": name, "in": place, "required": place == "path", "schema": schema}]);
    match described.operation {
        Operation::Get | Operation::Delete => {
            operation["parameters"] = parameter("id", "query", json!({"type": "string"}));
        }
        Operation::Organizations => {
            operation["parameters"] = parameter("showDeleted", "query", json!({"type": "boolean", "default": false}));
        }
        Operation::Organization => {
            operation["parameters"] = parameter("id", "path", json!({"type": "integer", "format": "int32"}));
        }
        Operation::Update | Operation::Create => {
            let content = json!({"application/json": {"schema": asked(described.operation, quirks)}});
            operation["requestBody"] = json!({"required": true, "content": content});
        }
        Operation::List | Operation::Account => {}
    }
    operation["responses"] = described.statuses.iter().map(|status| response(described, *status, quirks)).collect();
    operation
}

/// A status with its meaning. The shape of errors is undocumented, so it is left out.
fn response(described: &Described, status: u16, quirks: &Quirks) -> (String, Json) {
    let meaning = match status {
        200 => "Success",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        _ => "Server Error",
    };
    let mut response = json!({"description": meaning});
    if status == 200 && !(described.operation == Operation::Get && quirks.is(Quirk::MftMissingKey, "empty")) {
        response["content"] = json!({answers::content_type(quirks): {"schema": body(described.operation, quirks)}});
    }
    (status.to_string(), response)
}

/// The key in a request: its properties, without those that the site ignores.
fn asked(operation: Operation, quirks: &Quirks) -> Json {
    let name = json!({"type": "string", "minLength": 1, "pattern": r"^\S(.*\S)?$"});
    let mut needed = vec![];
    if operation == Operation::Update {
        needed.push(("id", json!({"type": "string"})));
    }
    let is_optional = operation == Operation::Update && quirks.is(Quirk::MftUpdateMode, "merge");
    if !is_optional && !quirks.has(Quirk::MftAnyKeyName) {
        needed.push(("keyName", name));
    }
    let needed = needed.into_iter().map(|(name, schema)| (schema::name(name, quirks).into_owned(), schema));
    let properties: Map<_, _> = needed.collect();
    let required: Vec<_> = properties.keys().collect();
    json!({"allOf": [reference("ApiKey"), {"type": "object", "required": required, "properties": properties}]})
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn body(operation: Operation, quirks: &Quirks) -> Json {
    let array = |name: &str| json!({"type": "array", "items": reference(name)});
    match operation {
        Operation::Get if quirks.is(Quirk::MftMissingKey, "null") => {
            json!({"nullable": true, "allOf": [reference("ApiKey")]})
        }
        Operation::Get | Operation::Update | Operation::Create => reference("ApiKey"),
        Operation::List if quirks.has(Quirk::MftWrappedList) => {
            json!({"type": "object", "properties": {*schema::name("items", quirks): array("ApiKey")}})
        }
        Operation::List => array("ApiKey"),
        Operation::Delete => {
            json!({"type": "object", "properties": {"thruStatus": {"type": "string"}, "data": {"nullable": true}}})
        }
        Operation::Organizations => array("Organization"),
        Operation::Organization => reference("Organization"),
        Operation::Account => reference("Account"),
    }
}

fn api_key(quirks: &Quirks) -> Json {
    let properties = schema::visible(quirks);
    let properties: Map<_, _> =
        properties.map(|property| (schema::name(property.name, quirks).into_owned(), property.schema())).collect();
    json!({"type": "object", "properties": properties})
}

fn organization() -> Json {
    let (number, text) = (json!({"type": "integer", "format": "int32"}), json!({"type": "string", "nullable": true}));
    let date = json!({"type": "string", "format": "date-time", "nullable": true});
    json!({"type": "object", "properties": {
        "id": number, "tenantId": number, "name": text, "organizationTypeId": number, "organizationStatusId": number,
        "publicCode": text, "systemCode": text, "description": text, "secretKey": text,
        "createdBy": text, "createdDate": date, "updatedBy": text, "updatedDate": date,
        "deletedBy": text, "deletedDate": date, "tags": {"type": "array", "items": {"type": "string"}, "nullable": true},
    }})
}

fn account() -> Json {
    let text = json!({"type": "string", "nullable": true});
    json!({"type": "object", "properties": {
        "id": {"type": "integer", "format": "int32"}, "firstName": text, "lastName": text, "username": text,
        "title": text, "emailAddress": text, "phone": text,
    }})
}
