//! The file as types of its own, so that the core can change without breaking a plan that waits for its review.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::render::json::FORMAT_VERSION;
use crate::render::json::schema_of;
use crate::render::json::words::Action;
use crate::render::json::words::Kind;
use crate::render::json::words::Severity;

/// What the file calls itself.
pub const KIND: &str = "saved-plan";

/// The only version that is read and written. There is no reading of what this program does not know: a plan that is
/// half understood must not be applied.
pub(super) const VERSION: u32 = FORMAT_VERSION;

/// The JSON Schema of the file.
pub fn schema() -> serde_json::Value {
    schema_of::<Document>(KIND)
}

/// A plan to be applied later: that plan and nothing else. It holds no key value, no shared secret and no id of the store.
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
    /// What the run was allowed to do beyond the manifests.
    pub(super) options: Options,
    /// Kinds of which the plan saw attributes that the store's owner added.
    pub(super) added_attributes: Vec<Kind>,
    /// The changes, in an order in which they can be made.
    pub(super) changes: Vec<Change>,
    /// How many declared objects were as they should be, by kind.
    pub(super) unchanged: BTreeMap<String, usize>,
    /// How many objects of the store were neither declared nor owned, by kind.
    pub(super) left_alone: BTreeMap<String, usize>,
    /// Objects that were not wanted but stay.
    pub(super) kept: Vec<Kept>,
    /// What was worth knowing when the plan was made.
    pub(super) findings: Vec<Finding>,
    /// The SHA-256 of this document as Keywright writes it, with an empty text here: an edited plan is refused.
    pub(super) checksum: String,
}

/// A store that the plan is for.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Store {
    /// The store in words, like embedded store.
    pub(super) name: String,
    /// The host of a remote store, with its port if that is not the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) host: Option<String>,
    /// The area of Cloud API Management.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) area: Option<String>,
}

/// What the run was allowed to do beyond the manifests.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Options {
    /// Delete what is owned and not declared.
    pub(super) prune: bool,
    /// Addresses for which the guards are lifted.
    pub(super) allow: Vec<String>,
    /// How much may be deleted and replaced, like 5 or 10%, instead of what the workspace says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_delete: Option<String>,
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
    /// The manifest that asks for it; absent when no manifest does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<FileLine>,
    /// Which changes must be made first, by their places in the list, from 0.
    pub(super) needs: Vec<usize>,
    /// What changes, field by field; for a create every field that is set.
    pub(super) fields: Vec<FieldChange>,
    /// The name that the object shall have; empty for package keys.
    pub(super) name: String,
    /// What the object hangs on: a user, a package, an application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parent: Option<String>,
    /// What only package keys have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<Key>,
    /// The object in the store as the plan saw it; absent when the object is yet to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) object: Option<Object>,
}

/// A line of a file.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct FileLine {
    /// The path of the file, as it was known where the plan was made.
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
    /// The value in the store; absent when it is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<Value>,
    /// The value that the manifest asks for; absent when it is to be unset.
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

/// What only package keys have.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Key {
    /// The address of the package that the key is for.
    pub(super) package: String,
    /// Where the value comes from.
    pub(super) value: KeyValue,
    /// Whether a shared secret, which is read when the plan is applied, goes with the key.
    pub(super) with_secret: bool,
    /// Where the value is written once the key exists.
    pub(super) deliver: Vec<Delivery>,
    /// The fingerprint of the id of the key of which this one is the next generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) follows: Option<String>,
}

/// Where the value of a key comes from.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(inline)]
pub(super) enum KeyValue {
    /// Keywright makes it up when the plan is applied.
    Minted {
        /// How the value begins.
        prefix: String,
        /// How many characters it has.
        length: usize,
    },
    /// The store makes it.
    Store,
    /// The manifest says where it is read from when the plan is applied.
    Given,
    /// The key in the store keeps its value.
    Kept,
}

/// A file that receives a key's value as NAME=value.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Delivery {
    /// The path below the workspace.
    pub(super) file: String,
    /// The name before the equals sign.
    pub(super) r#as: String,
}

/// An object of the store as the plan saw it.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Object {
    /// The fingerprint of the store's id.
    pub(super) id: String,
    /// The fingerprint of the name and the fields.
    pub(super) fingerprint: String,
}

/// An object that is not wanted but stays.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Kept {
    /// The object.
    pub(super) address: String,
    /// Why it stays.
    pub(super) why: String,
}

/// What was worth knowing when the plan was made.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Finding {
    /// The id of the rule, like CAM-038; keywright explain prints it.
    pub(super) rule: String,
    /// How bad it is: warning or info.
    pub(super) severity: Severity,
    /// One sentence that names the thing and the cause.
    pub(super) message: String,
    /// Where it was; absent for findings about no place in a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<FileLine>,
    /// The next step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) help: Option<String>,
}
