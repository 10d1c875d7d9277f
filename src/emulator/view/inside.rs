//! The package and plan inside a key, which have their own names there (quirk Q11).

use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

use super::View;
use super::number;
use crate::emulator::fields::Fields;
use crate::emulator::mirror::KeyRow;
use crate::emulator::wire;
use crate::model::Kind;

impl View<'_> {
    pub(super) fn inside(&self, key: &KeyRow, kind: Kind) -> Json {
        let id = if kind == Kind::Package { &key.package } else { &key.plan };
        let Some(row) = self.mirror.get(kind, id) else { return Json::Null };
        let value = |name: &str| {
            wire::find(kind, name).map_or(Json::Null, |property| self.property(kind, row, property, &Fields::default()))
        };
        let names: &[(&str, &str)] = if kind == Kind::Package { INSIDE_PACKAGE } else { INSIDE_PLAN };
        let mut object: Map<String, Json> =
            names.iter().map(|(inside, name)| ((*inside).to_owned(), value(name))).collect();
        if kind == Kind::Package {
            object.insert("isUsingSharedSecret".to_owned(), json!(number(&row.attributes, "sharedSecretLength") > 0));
            object.insert("status".to_owned(), json!("active"));
        }
        Json::Object(object)
    }
}

/// Names inside a key, and the resource's names for the same properties.
const INSIDE_PACKAGE: &[(&str, &str)] = &[
    ("id", "id"),
    ("name", "name"),
    ("created", "created"),
    ("updated", "updated"),
    ("keyLength", "keyLength"),
    ("sharedSecretLength", "sharedSecretLength"),
    ("nearQuotaThreshold", "nearQuotaThreshold"),
];

const INSIDE_PLAN: &[(&str, &str)] = &[
    ("id", "id"),
    ("name", "name"),
    ("isModerated", "adminKeyProvisioningEnabled"),
    ("isPublic", "selfServiceKeyProvisioningEnabled"),
    ("packageKeyMax", "maxNumKeysAllowed"),
    ("packageKeyModerationThreshold", "numKeysBeforeReview"),
    ("qpsLimitCeiling", "qpsLimitCeiling"),
    ("qpsLimitExempt", "qpsLimitExempt"),
    ("qpsLimitPackageKeyOverrideAllowed", "qpsLimitKeyOverrideAllowed"),
    ("rateLimitCeiling", "rateLimitCeiling"),
    ("rateLimitExempt", "rateLimitExempt"),
    ("rateLimitPackageKeyOverrideAllowed", "rateLimitKeyOverrideAllowed"),
    ("rateLimitPeriod", "rateLimitPeriod"),
    ("responseFilterOverrideAllowed", "responseFilterOverrideAllowed"),
    ("status", "status"),
];
