//! How two versions of a workspace differ, as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::diagnostics;
use super::words::Kind;
use super::words::Value;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Places;
use crate::diagnostic::Sources;
use crate::manifest_diff;
use crate::render::Difference;
use crate::settings_diff;

pub(super) const KIND: &str = "diff";

/// How the manifests and the settings of two revisions differ.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright diff")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: diff.
    kind: &'static str,
    /// The name of the workspace.
    workspace: &'a str,
    /// The older version, like main (3f2a9c01d7e4).
    before: &'a str,
    /// The newer version.
    after: &'a str,
    /// Whether both versions are valid, so that their objects can be compared.
    comparable: bool,
    /// The objects whose declarations differ, by address.
    changes: Vec<Change<'a>>,
    /// The settings that differ, weakened ones first.
    settings: Vec<Setting<'a>>,
    /// The number of changes of each kind.
    summary: Summary,
    /// The findings that only the newer version has, and all of its errors.
    diagnostics: Vec<diagnostics::Diagnostic<'a>>,
}

/// One declared object.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    /// The object, like plan/payments/gold.
    address: String,
    /// The kind of the object.
    kind: Kind,
    /// What happened to its declaration.
    edit: Edit,
    /// The manifest: of the newer version, or of the older one for a removed object.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// The line of the manifest, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// The fields that differ.
    fields: Vec<FieldEdit<'a>>,
}

/// What happened to a declaration.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum Edit {
    Added,
    Changed,
    Removed,
}

/// One field in both versions.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FieldEdit<'a> {
    /// The field, like throttle.perSecond.
    field: &'a str,
    /// The older value; absent if it was not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value<'a>>,
    /// The newer value; absent if it is not set any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value<'a>>,
}

/// One setting in both versions.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Setting<'a> {
    /// The field of keywright.yaml, like spec.guards.deletes.count.
    field: &'a str,
    /// Whether the new setting protects less, more, or neither.
    effect: Effect,
    /// The older value, in words.
    before: &'a str,
    /// The newer value, in words.
    after: &'a str,
    /// What can happen with a weaker setting.
    risk: &'a str,
}

/// How a setting affects the protection of stores and runners.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum Effect {
    Weaker,
    Other,
    Stronger,
}

/// The number of changes of each kind.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Summary {
    /// Objects that only the newer version declares.
    added: usize,
    /// Objects that both versions declare differently.
    changed: usize,
    /// Objects that only the older version declares.
    removed: usize,
    /// Settings that differ.
    settings: usize,
}

impl<'a> Document<'a> {
    pub(super) fn of(difference: &Difference<'a>, found: &'a [Diagnostic], sources: &'a Sources) -> Self {
        let declarations = difference.declarations.unwrap_or_default();
        let count = |edit| declarations.iter().filter(|one| one.edit == edit).count();
        Self {
            format_version: super::FORMAT_VERSION,
            kind: KIND,
            workspace: difference.workspace,
            before: difference.before,
            after: difference.after,
            comparable: difference.declarations.is_some(),
            changes: declarations.iter().map(Change::of).collect(),
            settings: difference.settings.iter().map(Setting::of).collect(),
            summary: Summary {
                added: count(manifest_diff::Edit::Added),
                changed: count(manifest_diff::Edit::Changed),
                removed: count(manifest_diff::Edit::Removed),
                settings: difference.settings.len(),
            },
            diagnostics: diagnostics::list(found, &Places::new(sources)),
        }
    }
}

impl<'a> Change<'a> {
    fn of(declaration: &'a manifest_diff::Declaration) -> Self {
        let fields = declaration.fields.iter().map(|field| FieldEdit {
            field: &field.field,
            before: field.before.as_ref().map(Value::from),
            after: field.after.as_ref().map(Value::from),
        });
        Self {
            address: declaration.address.to_string(),
            kind: declaration.address.kind().into(),
            edit: match declaration.edit {
                manifest_diff::Edit::Added => Edit::Added,
                manifest_diff::Edit::Changed => Edit::Changed,
                manifest_diff::Edit::Removed => Edit::Removed,
            },
            file: declaration.place.as_ref().map(|place| &*place.file),
            line: declaration.place.as_ref().map(|place| place.line),
            fields: fields.collect(),
        }
    }
}

impl<'a> Setting<'a> {
    fn of(change: &'a settings_diff::SettingChange) -> Self {
        Self {
            field: &change.field,
            effect: match change.effect {
                settings_diff::Effect::Weaker => Effect::Weaker,
                settings_diff::Effect::Other => Effect::Other,
                settings_diff::Effect::Stronger => Effect::Stronger,
            },
            before: &change.before,
            after: &change.after,
            risk: &change.risk,
        }
    }
}
