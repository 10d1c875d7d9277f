//! The Swagger file describes the real operations, wherever they are, and answers match it.

use serde_json::Value as Json;
use serde_json::json;

use super::caller::Emulator;
use super::mft::ask;
use super::mft::create;
use super::mft::orders;
use super::mft::start;

fn file(emulator: &Emulator) -> Json {
    emulator.send("GET", "/swagger/v1/swagger.json", "", "").unwrap().ok()
}

/// Method and path of the operations on keys.
fn operations(file: &Json) -> Vec<String> {
    let paths = file["paths"].as_object().unwrap().iter();
    let mut found: Vec<String> = paths
        .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, said)| (path, method, said)))
        .filter(|(_, _, said)| said["tags"] == json!(["ApiKey"]))
        .map(|(path, method, _)| format!("{method} {path}"))
        .collect();
    found.sort_unstable();
    found
}

/// OpenAPI 3.0 has `nullable` where JSON Schema has a list of types.
fn json_schema(schema: &Json) -> Json {
    let mut schema = schema.clone();
    for property in schema["properties"].as_object_mut().unwrap().values_mut() {
        if property["nullable"] == true {
            property["type"] = json!([property["type"], "null"]);
        }
    }
    schema["additionalProperties"] = json!(false);
    schema
}

#[test]
fn it_names_every_operation_where_it_is() {
    let found = operations(&file(&start(&[])));
    assert_eq!(found, ["get /api/ApiKey", "get /api/ApiKey/getApiKeys", "post /api/ApiKey", "put /api/ApiKey"]);
    let emulator = start(&["--quirk=mft-delete", "--mft-operation=update=POST:/api/ApiKey/updateApiKey"]);
    let found = operations(&file(&emulator));
    assert!(found.contains(&"delete /api/ApiKey".to_owned()), "{found:?}");
    assert!(found.contains(&"post /api/ApiKey/updateApiKey".to_owned()), "{found:?}");
}

#[test]
fn the_statuses_are_those_of_the_reference() {
    let file = file(&start(&[]));
    let statuses = |path: &str, method: &str| -> Vec<String> {
        file["paths"][path][method]["responses"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(statuses("/api/ApiKey", "get"), ["200", "401", "403", "404", "500"]);
    assert_eq!(statuses("/api/ApiKey", "put"), ["200", "400", "401", "403", "404", "500"]);
    assert_eq!(statuses("/api/ApiKey/getApiKeys", "get"), ["200", "401", "403", "500"]);
    assert_eq!(statuses("/api/ApiKey", "post"), ["200", "400", "401", "403", "500"]);
}

#[test]
fn answers_are_as_it_says() {
    for quirk in ["mft-name-mode=null", "mft-pascal-case", "mft-unknown-property"] {
        let emulator = start(&["--quirk", quirk]);
        let file = file(&emulator);
        let schema = json_schema(&file["components"]["schemas"]["ApiKey"]);
        let key = create(&emulator, orders()).ok();
        assert!(jsonschema::is_valid(&schema, &key), "{quirk}: {key}");
        assert_eq!(schema["properties"].as_object().unwrap().len(), key.as_object().unwrap().len(), "{quirk}");
        for (name, path) in [("Organization", "/api/Organization/41"), ("Account", "/api/Account")] {
            let schema = json_schema(&file["components"]["schemas"][name]);
            let answer = ask(&emulator, "GET", path, None).ok();
            assert!(jsonschema::is_valid(&schema, &answer), "{name}: {answer}");
        }
    }
}

#[test]
fn people_find_it() {
    let page = start(&[]).send("GET", "/Swagger/", "", "").unwrap();
    assert!(page.status == 200 && String::from_utf8(page.body).unwrap().contains("/swagger/v1/swagger.json"));
}
