//! What moved since the last apply, as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::diagnostics;
use super::words::Kind;
use super::words::Value;
use crate::adopt::AdoptedField;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Places;
use crate::diagnostic::Sources;
use crate::drift;
use crate::drift::What;
use crate::render::DriftReport;

pub(super) const KIND: &str = "drift";

/// How the stores, the manifests and the last apply differ.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright drift")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: drift.
    kind: &'static str,
    /// The name of the workspace.
    workspace: &'a str,
    /// The stores, in words.
    store: &'a str,
    /// Whether the store moved, or may have moved: exit code 2, or 0 if --adopt wrote everything to the manifests.
    drifted: bool,
    /// The objects that differ, by address.
    objects: Vec<Object<'a>>,
    /// The fields that --adopt wrote to the manifests, by file and line; absent without --adopt.
    #[serde(skip_serializing_if = "Option::is_none")]
    adopted: Option<Vec<Adopted<'a>>>,
    /// The number of objects of each side.
    summary: Summary,
    /// The other findings, and those of the differences.
    diagnostics: Vec<diagnostics::Diagnostic<'a>>,
}

/// One object that differs.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    /// The object, like plan/payments/gold.
    address: String,
    /// The kind of the object.
    kind: Kind,
    /// How it differs.
    difference: Difference,
    /// Who made the difference.
    side: Side,
    /// Where the store has a missing object now, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    found_as: Option<String>,
    /// The manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// The line of the manifest, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// When the store last changed the object, as RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
    /// Who changed it, if the store says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_by: Option<&'a str>,
    /// The last run that recorded the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<i64>,
    /// The fields that differ.
    fields: Vec<Values<'a>>,
}

/// How an object differs.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum Difference {
    /// Fields differ.
    Changed,
    /// A manifest declares it, and the store does not have it.
    Missing,
    /// The workspace owns it, and no manifest declares it.
    Undeclared,
    /// A manifest removes it, and the store has it.
    Removed,
}

/// Who made a difference.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum Side {
    /// The manifest changed since the last apply.
    Ours,
    /// The store changed since the last apply.
    Theirs,
    /// Both changed.
    Both,
    /// No apply is recorded.
    Unknown,
}

/// One field that differs. Values that may be secrets are absent.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Values<'a> {
    /// The field, like throttle.perSecond.
    field: &'a str,
    /// Who made the difference.
    side: Side,
    /// The value that the last apply left; absent if that is not recorded, or only as a digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<Value<'a>>,
    /// The value in the store; absent if it is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<Value<'a>>,
    /// The value in the manifest; absent if it is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    manifest: Option<Value<'a>>,
    /// Whether the values are hidden because the field may be a secret.
    hidden: bool,
}

/// One field that has the value of the store in the manifest now.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Adopted<'a> {
    /// The object, like plan/payments/gold.
    address: String,
    /// The field, like throttle.perSecond.
    field: &'a str,
    /// The manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// The line of the value before it was written, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

/// The number of objects of each side.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Summary {
    /// The manifest changed since the last apply.
    ours: usize,
    /// The store changed since the last apply.
    theirs: usize,
    /// Both changed.
    both: usize,
    /// No apply is recorded.
    unknown: usize,
}

impl<'a> Document<'a> {
    pub(super) fn of(report: &DriftReport<'a>, found: &'a [Diagnostic], sources: &'a Sources) -> Self {
        let places = Places::new(sources);
        let adopted = |one: &'a AdoptedField| {
            let at = places.line(one.place);
            let (address, field) = (one.address.to_string(), &*one.field);
            Adopted { address, field, line: at.as_ref().map(|at| at.line), file: at.map(|at| at.file.to_string()) }
        };
        let count = |side| report.drift.iter().filter(|drift| drift.side == side).count();
        Self {
            format_version: super::FORMAT_VERSION,
            kind: KIND,
            workspace: report.workspace,
            store: report.store,
            drifted: drift::has_drift(report.drift),
            objects: report.drift.iter().map(Object::of).collect(),
            adopted: report.adopted.map(|fields| fields.iter().map(adopted).collect()),
            summary: Summary {
                ours: count(drift::Side::Ours),
                theirs: count(drift::Side::Theirs),
                both: count(drift::Side::Both),
                unknown: count(drift::Side::Unknown),
            },
            diagnostics: diagnostics::list(found, &places),
        }
    }
}

impl<'a> Object<'a> {
    fn of(drift: &'a drift::Drift) -> Self {
        let found_as = if let What::Missing(Some(other)) = &drift.what { Some(other.to_string()) } else { None };
        Self {
            address: drift.address.to_string(),
            kind: drift.address.kind().into(),
            difference: match drift.what {
                What::Changed => Difference::Changed,
                What::Missing(_) => Difference::Missing,
                What::Undeclared => Difference::Undeclared,
                What::Removed => Difference::Removed,
            },
            side: drift.side.into(),
            found_as,
            file: drift.line.as_ref().map(|line| &*line.file),
            line: drift.line.as_ref().map(|line| line.line),
            updated: drift.updated.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
            updated_by: drift.by.as_deref(),
            run: drift.run,
            fields: drift.fields.iter().map(Values::of).collect(),
        }
    }
}

impl<'a> Values<'a> {
    fn of(field: &'a drift::FieldDrift) -> Self {
        Self {
            field: &field.field,
            side: field.side.into(),
            applied: field.applied.as_ref().map(Value::from),
            store: field.store.as_ref().map(Value::from),
            manifest: field.manifest.as_ref().map(Value::from),
            hidden: field.is_secret,
        }
    }
}

impl From<drift::Side> for Side {
    fn from(side: drift::Side) -> Self {
        match side {
            drift::Side::Ours => Self::Ours,
            drift::Side::Theirs => Self::Theirs,
            drift::Side::Both => Self::Both,
            drift::Side::Unknown => Self::Unknown,
        }
    }
}
