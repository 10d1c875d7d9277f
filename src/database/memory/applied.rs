//! The fields that runs applied. Rows and fields that cannot be read count as unknown.

use std::collections::BTreeMap;

use serde_json::Map;
use serde_json::Value as Json;

use crate::database::Connection;
use crate::database::Parameter;
use crate::database::SqlError;
use crate::memory::Row;
use crate::model::FieldName;
use crate::model::FieldNames;
use crate::model::Kind;
use crate::model::StoreKeys;
use crate::model::Value;
use crate::plan::applied::Applied;
use crate::plan::applied::Digest;
use crate::plan::applied::Record;

/// Rows per statement.
const BATCH: usize = 100;
const COLUMNS: usize = 5;

pub(super) fn all(connection: &Connection, stores: &StoreKeys) -> Result<Applied, SqlError> {
    let (mut applied, mut names) = (Applied::default(), FieldNames::default());
    // A database that is open for reading may be older than the table.
    if !connection.has_table("applied")? {
        return Ok(applied);
    }
    let sql = "SELECT kind, id, fields FROM applied WHERE store = ?1 AND workspace = ?2";
    let mut rows: BTreeMap<Kind, Vec<(Box<str>, Record)>> = BTreeMap::new();
    for store in stores.all() {
        connection.each(sql, &[&store, &stores.workspace()], |row| {
            let kind = Kind::from_name(row.text(0)?).filter(|kind| stores.of(*kind) == store);
            if let (Some(kind), Some(fields)) = (kind, parse(row.text(2)?, &mut names)) {
                rows.entry(kind).or_default().push((row.text(1)?.into(), fields));
            }
            Ok(())
        })?;
    }
    for (kind, rows) in rows {
        applied.set(kind, rows);
    }
    Ok(applied)
}

pub(super) fn forget(connection: &Connection, stores: &StoreKeys, kind: Kind, id: &str) -> Result<(), SqlError> {
    // It is gone for all workspaces.
    let sql = "DELETE FROM applied WHERE store = ?1 AND kind = ?2 AND id = ?3";
    connection.execute(sql, &[&stores.of(kind), &kind.name(), &id])
}

pub(super) fn write(connection: &Connection, stores: &StoreKeys, rows: &[Row]) -> Result<(), SqlError> {
    rows.chunks(BATCH).try_for_each(|rows| write_some(connection, stores, rows))
}

fn write_some(connection: &Connection, stores: &StoreKeys, rows: &[Row]) -> Result<(), SqlError> {
    let row = |index: usize| {
        let numbers: Vec<String> = (1..=COLUMNS).map(|column| format!("?{}", index * COLUMNS + column)).collect();
        format!("({})", numbers.join(", "))
    };
    let values: Vec<String> = (0..rows.len()).map(row).collect();
    let sql = format!(
        "INSERT INTO applied (workspace, store, kind, id, fields) VALUES {}
         ON CONFLICT (store, kind, id, workspace) DO UPDATE SET fields = excluded.fields",
        values.join(", ")
    );
    let mut parameters: Vec<Box<dyn Parameter + '_>> = Vec::with_capacity(rows.len() * COLUMNS);
    for (kind, id, fields) in rows {
        parameters.push(Box::new(stores.workspace()));
        parameters.push(Box::new(stores.of(*kind)));
        parameters.push(Box::new(kind.name()));
        parameters.push(Box::new(id));
        parameters.push(Box::new(text(fields)));
    }
    let parameters: Vec<&dyn Parameter> = parameters.iter().map(|parameter| &**parameter).collect();
    connection.execute(&sql, &parameters)
}

/// The field of a digest, in the place of the value. Earlier versions take it for unknown.
const DIGEST: &str = "sha256";

fn text(record: &Record) -> String {
    let json = |value: &Value| match value {
        Value::Text(text) => Json::from(&**text),
        Value::Number(number) => Json::from(*number),
        Value::Bool(flag) => Json::from(*flag),
        Value::Set(items) => items.iter().map(|item| Json::from(&**item)).collect(),
    };
    let values = record.values.iter().map(|(field, value)| (field.to_string(), json(value)));
    let digest = |digest: &Digest| Json::Object(Map::from_iter([(DIGEST.to_owned(), Json::from(digest.as_str()))]));
    let digests = record.digests.iter().map(|(field, of)| (field.to_string(), digest(of)));
    Json::Object(values.chain(digests).collect::<Map<String, Json>>()).to_string()
}

fn parse(text: &str, names: &mut FieldNames) -> Option<Record> {
    let Ok(Json::Object(fields)) = serde_json::from_str(text) else { return None };
    let value = |json: Json| match json {
        Json::String(text) => Some(Value::text(text)),
        Json::Number(number) => number.as_i64().map(Value::Number),
        Json::Bool(flag) => Some(Value::Bool(flag)),
        Json::Array(items) => items.iter().map(Json::as_str).collect::<Option<Vec<&str>>>().map(Value::set::<&str>),
        Json::Null | Json::Object(_) => None,
    };
    let (mut values, mut digests) = (Vec::with_capacity(fields.len()), BTreeMap::new());
    for (field, json) in fields {
        let field = FieldName::Owned(field);
        if let Some(digest) = json.get(DIGEST).and_then(Json::as_str).and_then(Digest::parse) {
            digests.insert(field, digest);
        } else if let Some(value) = value(json) {
            values.push((field, value));
        }
    }
    Some(Record { values: names.share(values.into_iter().collect()), digests })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_without_attributes_and_with_digests_of_long_texts() {
        let kept = [
            ("email", Value::text("a\"b@example.com")),
            ("quota.calls", Value::Number(0)),
            ("quota.keyOverride", Value::Bool(false)),
            ("roles", Value::set(["a", "b"])),
            ("description", Value::text("\u{1}".repeat(1_333))),
        ];
        let left_out = [
            ("eav.team", Value::text("not-a-real-secret")),
            ("extendedAttributes.team", Value::text("not-a-real-secret")),
        ];
        let long = [
            ("notes", Value::text("\u{1}".repeat(1_334))),
            ("allowedOrgs", Value::set((0..1_000).map(|number| format!("org-{number}")))),
        ];
        let mut record = Record::default();
        for (field, value) in kept.iter().chain(&left_out).chain(&long) {
            record.insert((*field).into(), value);
        }
        let text = text(&record);
        assert!(text.len() < 9_000, "{}", text.len());
        assert_eq!(parse(&text, &mut FieldNames::default()), Some(record.clone()));
        assert!(kept.iter().all(|(field, value)| record.get(field) == Some(value)));
        for (field, value) in &long {
            assert_eq!((record.get(field), record.is(field, Some(value))), (None, Some(true)), "{field}");
            assert_eq!(record.is(field, Some(&Value::text("y"))), Some(false), "{field}");
        }
        for (field, value) in &left_out {
            assert_eq!(record.is(field, Some(value)), None, "{field}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        assert_eq!(parse("[", &mut FieldNames::default()), None);
        assert_eq!(parse("[]", &mut FieldNames::default()), None);
        let some = parse(r#"{"a": null, "b": 1.5, "c": [1], "d": {"e": 1}, "f": "x"}"#, &mut FieldNames::default());
        assert_eq!(some.map(|record| record.values), Some([("f", Value::text("x"))].into_iter().collect()));
    }
}
