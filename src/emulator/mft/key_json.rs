//! A key in an answer.

use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

use super::Key;
use super::TENANT;
use super::dates;
use super::schema;
use crate::emulator::quirks::Quirk;
use crate::emulator::quirks::Quirks;
use crate::model::Instant;

/// The key as JSON; `id` is the id to return.
pub(super) fn of(key: &Key, id: &str, quirks: &Quirks) -> Json {
    let entry = |property: &schema::Property| {
        (schema::name(property.name, quirks).into_owned(), value(key, id, property.name, quirks))
    };
    Json::Object(schema::visible(quirks).map(entry).collect::<Map<_, _>>())
}

fn value(key: &Key, id: &str, property: &str, quirks: &Quirks) -> Json {
    let side = &key.side;
    let instant = |millis: Option<i64>| millis.and_then(Instant::from_timestamp_millis);
    match property {
        "id" => json!(id),
        "enabled" => json!(key.is_enabled()),
        "keyName" => json!(key.key_name()),
        "tenantId" => json!(side.tenant.unwrap_or(TENANT)),
        "allowedApis" | "allowedOrgs" => json!(key.list_text(property, quirks)),
        "expirationDate" => json!(dates::write(key.expires(), quirks)),
        "createdDate" => json!(dates::write(instant(side.created).or(key.object.created), quirks)),
        "createdBy" => json!(side.created_by),
        "updatedBy" => json!(side.updated_by),
        "updatedDate" => {
            let updated = key.object.updated.filter(|updated| {
                side.updated_by.is_some() || key.object.created.is_none_or(|created| created != *updated)
            });
            json!(dates::write(updated, quirks))
        }
        "deletedBy" => json!(side.deleted_by),
        "deletedDate" => json!(instant(side.deleted).and_then(|deleted| dates::write(Some(deleted), quirks))),
        "label" => json!(side.label),
        _ => match quirks.word(Quirk::MftNameMode) {
            Some("null") => Json::Null,
            Some("owner") => json!(side.owner),
            _ => json!(key.key_name()),
        },
    }
}
