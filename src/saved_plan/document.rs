//! The types of the file, separate from the core, so that the core can change without breaking plans under review.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::render::json::FORMAT_VERSION;
use crate::render::json::schema_of;
use crate::render::json::words::Action;
use crate::render::json::words::Kind;
use crate::render::json::words::Severity;

pub const KIND: &str = "saved-plan";

/// The only version that is read and written: a plan that is only partly understood must not be applied.
pub(super) const VERSION: u32 = FORMAT_VERSION;

/// The JSON Schema of the file.
pub fn schema() -> serde_json::Value {
    schema_of::<Document>(KIND)
}

/// A plan to be applied later, exactly as it is. It contains no key value, no shared secret and no id of the store.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Keywright saved plan")]
pub(super) struct Document {
    /// The version of this format: 1.
    pub(super) format_version: u32,
    /// What the document is: saved-plan.
    pub(super) kind: String,
    /// The version of Keywright that made the plan.
    pub(super) version: String,
    /// When the plan was made, in UTC.
    pub(super) made: String,
    /// The name of the workspace that the plan is for.
    pub(super) workspace: String,
    /// The stores that the plan is for.
    pub(super) stores: Vec<Store>,
    /// The hosts of the workspace database, if it is on a server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) database: Vec<String>,
    /// The hosts of the sinks that are servers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sinks: Vec<String>,
    /// The manifests that the plan was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) manifests: Option<Manifests>,
    /// The options of the run that made the plan.
    pub(super) options: Options,
    /// Kinds of which the plan read more than the usual fields of the store: extended attributes, and the services of package plans.
    pub(super) added_attributes: Vec<Kind>,
    /// The changes, dependencies first.
    pub(super) changes: Vec<Change>,
    /// How many declared objects already matched, by kind.
    pub(super) unchanged: BTreeMap<String, usize>,
    /// How many objects of the store were neither declared nor owned, by kind. Empty for a part of a workspace, whose other
    /// manifests may declare them.
    pub(super) left_alone: BTreeMap<String, usize>,
    /// Objects that stay although they differ or are not declared.
    pub(super) kept: Vec<Kept>,
    /// The consents of the settings that the plan was made with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) consents: Vec<Consent>,
    /// The warnings and notes of the plan, and what its guards hold back.
    pub(super) findings: Vec<Finding>,
    /// The SHA-256 of this document as Keywright writes it with an empty checksum. Edited plans are refused.
    pub(super) checksum: String,
}

/// A consent of the settings. It counts only as long as the settings have it.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Consent {
    /// The object.
    pub(super) allow: String,
    /// The reason.
    pub(super) why: String,
    /// The last day on which it counts.
    pub(super) until: String,
}

/// A store that the plan is for.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Store {
    /// The name of the store, like embedded store.
    pub(super) name: String,
    /// The host of a remote store, with its port unless it is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) host: Option<String>,
    /// The area of Cloud API Management.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) area: Option<String>,
}

/// The manifests that a plan was made from.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Manifests {
    /// The SHA-256 of what they declare, without secrets.
    pub(super) declared: String,
    /// The commit that was checked out; absent outside of a Git repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) commit: Option<String>,
    /// Whether the manifests differed from those of the commit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) changed: bool,
}

/// The options of the run that made the plan.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Options {
    /// Delete what is owned and not declared.
    pub(super) prune: bool,
    /// Addresses that the guards do not stop.
    pub(super) allow: Vec<String>,
    /// How much may be deleted or replaced, like 5 or 10%; overrides the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_delete: Option<String>,
    /// Keys whose values are written even if they may have been delivered elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) deliver: Vec<String>,
    /// No value is delivered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) no_deliver: bool,
    /// Only a part of the workspace was read.
    pub(super) part: bool,
}

/// One change of one object.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Change {
    /// The object, like plan/payments/gold.
    pub(super) address: String,
    /// What is done: create, update, enable, disable, replace, deliver or delete.
    pub(super) action: Action,
    /// Why it is done.
    pub(super) reason: String,
    /// The manifest that asks for it; absent if no manifest does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<FileLine>,
    /// The changes that must be made first, by their index in the list, from 0.
    pub(super) needs: Vec<usize>,
    /// The changed fields; for a create, every field that is set.
    pub(super) fields: Vec<FieldChange>,
    /// The name of the object after the change; empty for package keys.
    pub(super) name: String,
    /// The parent of the object: a user, a package or an application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parent: Option<String>,
    /// The fields that only package keys have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<Key>,
    /// The object in the store when the plan was made; absent for a create.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) object: Option<Object>,
    /// Why it is held back: apply does not make it without consent; absent if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) held: Option<Held>,
}

/// Why a change is held back: needs of guards, or another change that has some.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Held {
    /// What the guards need; empty if the change only waits.
    pub(super) needs: Vec<Need>,
    /// The object whose change needs consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) waits_for: Option<String>,
}

/// What one guard needs.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Need {
    /// The rule of the guard, like KW-104.
    pub(super) rule: String,
    /// The next step.
    pub(super) help: String,
}

/// A line of a file.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct FileLine {
    /// The path of the file on the machine that made the plan.
    pub(super) file: String,
    /// The line, from 1.
    pub(super) line: usize,
}

/// One field before and after.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct FieldChange {
    /// The field as manifests write it below spec, like throttle.perSecond.
    pub(super) field: String,
    /// The value in the store; absent if it is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<Value>,
    /// The value that the manifest asks for; absent if the field is cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<Value>,
}

/// A value of a field: a text, a whole number, true or false, or a list of texts whose order has no meaning.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Bool(bool),
    Set(Vec<String>),
}

/// The fields that only package keys have.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Key {
    /// The address of the package that the key is for.
    pub(super) package: String,
    /// Where the value comes from.
    pub(super) value: KeyValue,
    /// Whether the key gets a shared secret, which is read when the plan is applied.
    pub(super) with_secret: bool,
    /// Where the custom value is read, as the manifest names it: `the variable APP_KEY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value_source: Option<String>,
    /// Where the shared secret is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) secret_source: Option<String>,
    /// The keyed fingerprint of the custom value, with the id of the key for fingerprints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value_fingerprint: Option<String>,
    /// The keyed fingerprint of the shared secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) secret_fingerprint: Option<String>,
    /// Where the value is written once the key exists.
    pub(super) deliver: Vec<Delivery>,
    /// The fingerprint of the id of the previous generation of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) follows: Option<String>,
}

/// Where the value of a key comes from.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(inline)]
pub(super) enum KeyValue {
    /// Keywright generates it when the plan is applied.
    Minted {
        /// The prefix of the value.
        prefix: String,
        /// The length of the value in characters.
        length: usize,
        /// Whether the value ends with a checksum.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        checksum: bool,
    },
    /// The store generates it.
    Store,
    /// It is read from the source in the manifest when the plan is applied.
    Given,
    /// The key in the store keeps its value.
    Kept,
}

/// A place that receives a key's value or its shared secret.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Delivery {
    /// The sink of the settings. Left out for a file of the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<String>,
    /// The path below the workspace, or in the sink.
    pub(super) file: String,
    /// The name of the value: in a file of the workspace the one before the equals sign.
    pub(super) r#as: String,
    /// Whether the place receives the shared secret of the key instead of its value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) secret: bool,
}

/// An object of the store when the plan was made.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Object {
    /// The fingerprint of the store's id; for API keys of the name and the creation time, because the id may be the credential.
    pub(super) id: String,
    /// The fingerprint of the name and the fields.
    pub(super) fingerprint: String,
}

/// An object that stays although it differs or is not declared.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Kept {
    /// The object.
    pub(super) address: String,
    /// Why it stays.
    pub(super) why: String,
}

/// A warning, a note, or what a guard holds back.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Finding {
    /// The id of the rule, like CAM-038; keywright explain prints it.
    pub(super) rule: String,
    /// The severity; error if a guard holds a change back.
    pub(super) severity: Severity,
    /// One sentence that names the object and the cause.
    pub(super) message: String,
    /// The place of the finding; absent if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<FileLine>,
    /// The next step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) help: Option<String>,
}
