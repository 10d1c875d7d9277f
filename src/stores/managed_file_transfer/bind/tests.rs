//! Binding from OpenAPI files in the platform's known formats.

use super::*;

/// `(method, path, operationId, has a body, has the query id, type of the answer)`
type Shape<'a> = (&'a str, &'a str, &'a str, bool, bool, &'a str);

const USUAL: [Shape<'_>; 4] = [
    ("get", "/api/ApiKey", "", false, true, "object"),
    ("put", "/api/ApiKey", "", true, false, "object"),
    ("get", "/api/ApiKey/getApiKeys", "", false, false, "array"),
    ("post", "/api/ApiKey", "", true, false, "object"),
];

fn file(shapes: &[Shape<'_>], is_swagger_2: bool) -> Vec<u8> {
    let mut paths = Map::new();
    for (method, path, id, body, query, answer) in shapes {
        let schema = match *answer {
            "array" => serde_json::json!({"type": "array", "items": {"$ref": "#/components/schemas/ApiKey"}}),
            _ => serde_json::json!({"$ref": "#/components/schemas/ApiKey"}),
        };
        let mut details = serde_json::json!({"tags": ["ApiKey"], "operationId": id, "parameters": []});
        if *query {
            details["parameters"] = serde_json::json!([{"in": "query", "name": "id", "schema": {"type": "string"}}]);
        }
        if is_swagger_2 {
            details["responses"] = serde_json::json!({"200": {"schema": schema}});
            if *body {
                details["parameters"] = serde_json::json!([{"in": "body", "name": "body"}]);
            }
        } else {
            details["responses"] = serde_json::json!({"200": {"content": {"text/plain": {"schema": schema}}}});
            if *body {
                details["requestBody"] = serde_json::json!({"content": {}});
            }
        }
        let item = paths.entry(*path).or_insert_with(|| Json::Object(Map::new()));
        item[*method] = details;
    }
    let schemas = serde_json::json!({"schemas": {"ApiKey": {"type": "object", "properties": {}}}});
    serde_json::to_vec(&serde_json::json!({"paths": paths, "components": schemas})).unwrap()
}

fn shown(binding: &Binding) -> String {
    match binding {
        Ok(operation) => operation.to_string(),
        Err(candidates) => format!("{candidates:?}"),
    }
}

fn bound(shapes: &[Shape<'_>], is_swagger_2: bool) -> [String; 3] {
    let operations = bind(Some(&file(shapes, is_swagger_2)), &TransferOperations::default()).ok().unwrap();
    [shown(&operations.list), shown(&operations.create), shown(&operations.update)]
}

#[test]
fn operations_are_recognized_by_parameters_and_answers() {
    for is_swagger_2 in [false, true] {
        assert_eq!(bound(&USUAL, is_swagger_2), ["GET /api/ApiKey/getApiKeys", "POST /api/ApiKey", "PUT /api/ApiKey"]);
    }
    let suffixed: [Shape<'_>; 4] = [
        ("get", "/api/ApiKey", "", false, false, "array"),
        ("get", "/api/ApiKey/getById", "", false, true, "object"),
        ("post", "/api/ApiKey/createApiKey", "", true, false, "object"),
        ("post", "/api/ApiKey/updateApiKey", "", true, false, "object"),
    ];
    assert_eq!(
        bound(&suffixed, false),
        ["GET /api/ApiKey", "POST /api/ApiKey/createApiKey", "POST /api/ApiKey/updateApiKey"]
    );
}

#[test]
fn ambiguous_operations_are_not_bound_and_their_candidates_are_reported() {
    let mut two = USUAL.to_vec();
    two.push(("get", "/api/ApiKey/all", "", false, false, "array"));
    let operations = bind(Some(&file(&two, false)), &TransferOperations::default()).ok().unwrap();
    let refusal = operations.check(false).unwrap_err();
    assert_eq!(refusal.rule.map(|rule| rule.0), Some("MFT-021"));
    assert!(refusal.reason.contains("GET /api/ApiKey/all, GET /api/ApiKey/getApiKeys"), "{}", refusal.reason);
    let written =
        TransferOperations { list: Operation::new("GET", "/api/ApiKey/all"), ..TransferOperations::default() };
    let operations = bind(Some(&file(&two, false)), &written).ok().unwrap();
    assert_eq!(shown(&operations.list), "GET /api/ApiKey/all");
    assert!(operations.check(true).is_ok());
}

#[test]
fn without_a_file_nothing_is_guessed() {
    let operations = bind(None, &TransferOperations::default()).ok().unwrap();
    assert!(operations.check(false).is_err());
    let written =
        TransferOperations { list: Operation::new("GET", "/api/ApiKey/all"), ..TransferOperations::default() };
    let operations = bind(None, &written).ok().unwrap();
    assert!(operations.check(false).is_ok());
    let refusal = operations.check(true).unwrap_err();
    assert!(refusal.reason.contains("create") && refusal.reason.contains("update"), "{}", refusal.reason);
    assert_eq!(operations.organizations.to_string(), "GET /api/Organization");
    assert_eq!(operations.account.to_string(), "GET /api/Account");
}

#[test]
fn a_delete_is_seen_and_never_bound() {
    let mut with = USUAL.to_vec();
    assert!(!bind(Some(&file(&with, false)), &TransferOperations::default()).ok().unwrap().deletes);
    with.push(("delete", "/api/ApiKey", "", false, true, "object"));
    let operations = bind(Some(&file(&with, false)), &TransferOperations::default()).ok().unwrap();
    assert!(operations.deletes);
    assert!(
        [&operations.list, &operations.create, &operations.update].iter().all(|one| !shown(one).contains("DELETE"))
    );
}

#[test]
fn list_and_get_are_never_the_same() {
    let written = TransferOperations {
        list: Operation::new("GET", "/api/ApiKey"),
        get: Operation::new("GET", "/api/ApiKey"),
        ..TransferOperations::default()
    };
    assert!(bind(None, &written).is_err());
}

#[test]
fn other_files_are_refused() {
    for invalid in ["", "null", "[]", "{}", r#"{"paths":[]}"#, "openapi: 3.0.0", "<html>"] {
        assert!(bind(Some(invalid.as_bytes()), &TransferOperations::default()).is_err(), "{invalid}");
    }
    let circle = r##"{"paths":{"/api/ApiKey":{"get":{"tags":["ApiKey"],"responses":{"200":{"schema":{"$ref":"#/a"}}}},"put":3}},"a":{"$ref":"#/a"}}"##;
    let operations = bind(Some(circle.as_bytes()), &TransferOperations::default()).ok().unwrap();
    assert!(operations.check(false).is_err());
}

#[test]
fn the_prefix_of_all_paths_is_added() {
    let base = r#"{"basePath":"/api/","paths":{"/ApiKey/all":{"get":{"tags":["ApiKey"],"responses":{"200":{"schema":{"type":"array"}}}}}}}"#;
    let server = r#"{"servers":[{"url":"https://x.example.com/api"}],"paths":{"/ApiKey/all":{"get":{"tags":["ApiKey"],"responses":{"200":{"schema":{"type":"array"}}}}}}}"#;
    for file in [base, server] {
        let operations = bind(Some(file.as_bytes()), &TransferOperations::default()).ok().unwrap();
        assert_eq!(shown(&operations.list), "GET /api/ApiKey/all");
    }
}
