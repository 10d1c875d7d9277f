//! A plan as a document.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::diagnostics;
use super::forecast::Forecast;
use super::words::Action;
use super::words::Kind;
use super::words::Value;
use crate::diagnostic::Places;
use crate::model;
use crate::plan;
use crate::render::Findings;
use crate::render::Header;

/// What the document calls itself.
pub(super) const KIND: &str = "plan";

/// What `keywright apply` would do.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright plan")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: plan.
    kind: &'static str,
    /// The name of the workspace.
    workspace: &'a str,
    /// The store that would be changed, in words.
    store: &'a str,
    /// The changes, in an order in which they can be made.
    changes: Vec<Change<'a>>,
    /// How many changes there are of each action.
    summary: Summary,
    /// How many declared objects are as they should be, by kind.
    unchanged: BTreeMap<&'static str, usize>,
    /// How many objects of the store are neither declared nor owned, by kind.
    left_alone: BTreeMap<&'static str, usize>,
    /// Objects that are not wanted but stay.
    kept: Vec<Kept<'a>>,
    /// What an apply would cost, for every remote store.
    forecasts: Vec<Forecast>,
    /// What was found on the way to the plan.
    diagnostics: Vec<diagnostics::Diagnostic<'a>>,
}

/// One change of one object.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    /// The object, like plan/payments/gold.
    address: String,
    /// The kind of the object.
    kind: Kind,
    /// What is done: create, update, enable, disable, replace, deliver or delete.
    action: Action,
    /// Why it is done.
    reason: &'a str,
    /// The manifest that asks for it; absent when no manifest does.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// The line of the manifest, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// The addresses whose changes must be made first.
    needs: Vec<String>,
    /// What changes, field by field; for a create every field that is set.
    fields: Vec<FieldChange<'a>>,
    /// What only package keys have.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Key<'a>>,
    /// The fingerprint of the object that the change was planned for; absent when the object is yet to be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
}

/// One field before and after.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FieldChange<'a> {
    /// The field as manifests write it below spec, like throttle.perSecond.
    field: &'a str,
    /// The value in the store; absent when it is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value<'a>>,
    /// The value that the manifest asks for; absent when it is to be unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value<'a>>,
}

/// What only package keys have.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Key<'a> {
    /// The address of the package that the key is for.
    package: String,
    /// Where the value comes from: minted by Keywright, made by the store, given by the manifest, or kept as it is.
    value: KeyValue,
    /// How a minted value begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<&'a str>,
    /// How many characters a minted value has.
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<usize>,
    /// Where the value is written once the key exists.
    deliver: Vec<Delivery<'a>>,
}

/// Where the value of a key comes from.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum KeyValue {
    Minted,
    Store,
    Given,
    Kept,
}

/// A file that receives a key's value as NAME=value.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Delivery<'a> {
    /// The path below the workspace.
    file: &'a str,
    /// The name before the equals sign.
    r#as: &'a str,
}

/// An object that is not wanted but stays.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Kept<'a> {
    /// The object.
    address: String,
    /// Why it stays.
    why: &'a str,
}

/// How many changes there are of each action.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Summary {
    /// Objects to make.
    create: usize,
    /// Objects to change.
    update: usize,
    /// Objects to switch on.
    enable: usize,
    /// Objects to switch off.
    disable: usize,
    /// Objects to delete and make again.
    replace: usize,
    /// Values to write to where they are read.
    deliver: usize,
    /// Objects to delete.
    delete: usize,
}

impl<'a> Document<'a> {
    pub(super) fn of(
        plan: &'a plan::Plan,
        header: &Header<'a>,
        forecasts: &[plan::Forecast],
        findings: Findings<'a>,
    ) -> Self {
        let kept = |kept: &'a plan::Kept| Kept { address: kept.address.to_string(), why: &kept.why };
        Self {
            format_version: super::FORMAT_VERSION,
            kind: KIND,
            workspace: header.workspace,
            store: header.store,
            changes: plan.changes.iter().map(|change| Change::of(change, plan)).collect(),
            summary: Summary::of(plan),
            unchanged: by_kind(&plan.unchanged),
            left_alone: by_kind(&plan.left_alone),
            kept: plan.kept.iter().map(kept).collect(),
            forecasts: forecasts.iter().map(Into::into).collect(),
            diagnostics: match findings {
                Findings::Found(diagnostics, sources) => diagnostics::list(diagnostics, &Places::new(sources)),
                Findings::Remembered(findings) => findings.iter().map(diagnostics::Diagnostic::of_saved).collect(),
            },
        }
    }
}

fn by_kind(counts: &BTreeMap<model::Kind, usize>) -> BTreeMap<&'static str, usize> {
    counts.iter().map(|(kind, count)| (kind.name(), *count)).collect()
}

impl<'a> Change<'a> {
    fn of(change: &'a plan::Change, plan: &plan::Plan) -> Self {
        let address = |index: &usize| plan.changes.get(*index).map(|change| change.address.to_string());
        let fields = change.fields.iter().map(|field| FieldChange {
            field: &field.field,
            before: field.before.as_ref().map(Value::from),
            after: field.after.as_ref().map(Value::from),
        });
        Self {
            address: change.address.to_string(),
            kind: change.address.kind().into(),
            action: change.action.into(),
            reason: &change.reason,
            file: change.place.as_ref().map(|place| &*place.file),
            line: change.place.as_ref().map(|place| place.line),
            needs: change.needs.iter().filter_map(address).collect(),
            fields: fields.collect(),
            key: change.target.key.as_ref().map(Key::of),
            fingerprint: change.target.live.as_ref().map(|live| live.fingerprint.hex()),
        }
    }
}

impl<'a> Key<'a> {
    fn of(key: &'a plan::KeyTarget) -> Self {
        let (value, prefix, length) = match &key.value {
            plan::ValueFrom::Minted { prefix, length } => (KeyValue::Minted, Some(prefix.as_ref()), Some(*length)),
            plan::ValueFrom::Store => (KeyValue::Store, None, None),
            plan::ValueFrom::Given => (KeyValue::Given, None, None),
            plan::ValueFrom::Kept => (KeyValue::Kept, None, None),
        };
        let delivery = |delivery: &'a model::Delivery| Delivery { file: &delivery.file, r#as: &delivery.variable };
        let deliver = key.deliver.iter().map(delivery).collect();
        Self { package: key.package.to_string(), value, prefix, length, deliver }
    }
}

impl Summary {
    fn of(plan: &plan::Plan) -> Self {
        Self {
            create: plan.count(plan::Action::Create),
            update: plan.count(plan::Action::Update),
            enable: plan.count(plan::Action::Enable),
            disable: plan.count(plan::Action::Disable),
            replace: plan.count(plan::Action::Replace),
            deliver: plan.count(plan::Action::Deliver),
            delete: plan.count(plan::Action::Delete),
        }
    }
}
