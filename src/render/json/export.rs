//! An export, as a document.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use super::diagnostics::Diagnostic;
use super::diagnostics::list;
use crate::diagnostic::Places;
use crate::diagnostic::Sources;
use crate::export;
use crate::export::Export;
use crate::model::Address;

pub(super) const KIND: &str = "export";

/// What an export contains, and what it does not contain.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright export")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: export.
    kind: &'static str,
    /// The exported objects, parents before children.
    exported: Vec<Exported>,
    /// The objects that no manifest can declare.
    not_exported: Vec<NotExported>,
    /// How many objects of the store are not exported.
    not_exported_count: usize,
    /// Errors that no manifest causes: an incomplete list, for example.
    problems: Vec<Diagnostic<'a>>,
}

/// An exported object.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Exported {
    /// The address that its manifest declares.
    address: String,
    /// The store's id; absent for API keys, whose id may be the credential itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The file with its manifest, below the folder of --out; absent without --out.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Its manifest; absent with --out.
    #[serde(skip_serializing_if = "Option::is_none")]
    manifest: Option<Json>,
    /// The fields of the object that the manifest does not contain.
    omitted: Vec<Omitted>,
}

/// A field that a manifest does not contain.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Omitted {
    /// The field.
    field: String,
    /// The reason.
    reason: String,
}

/// An object that is not exported.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NotExported {
    /// Its address in the store; absent if its name or its parent is missing or not understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// The store's id; absent for API keys, whose id may be the credential itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The reason.
    reason: String,
}

impl<'a> Document<'a> {
    /// `files` has the file of every object; `None` if the manifests are in the document.
    pub(super) fn of(export: &'a Export, sources: &'a Sources, files: Option<&BTreeMap<Address, String>>) -> Self {
        let nameless = (0..export.nameless).map(|_| NotExported {
            address: None,
            id: None,
            reason: "it has no name, so nothing identifies it".to_owned(),
        });
        let not_exported = export.left_out.iter().map(|left_out| NotExported {
            address: left_out.address(),
            id: left_out.id().map(str::to_owned),
            reason: left_out.reason.clone(),
        });
        let not_exported: Vec<NotExported> = not_exported.chain(nameless).collect();
        Self {
            format_version: super::FORMAT_VERSION,
            kind: KIND,
            exported: export.objects.iter().map(|object| Exported::of(object, files)).collect(),
            not_exported_count: not_exported.len(),
            not_exported,
            problems: list(&export.problems, &Places::new(sources)),
        }
    }
}

impl Exported {
    fn of(object: &export::Exported, files: Option<&BTreeMap<Address, String>>) -> Self {
        let omitted =
            |omitted: &export::Omitted| Omitted { field: omitted.field.clone(), reason: omitted.reason.clone() };
        Self {
            id: object.id().map(str::to_owned),
            file: files.and_then(|files| files.get(object.address()).cloned()),
            manifest: files.is_none().then(|| serde_yaml::from_str(&object.text).ok()).flatten(),
            omitted: object.omitted().iter().map(omitted).collect(),
            address: object.address().to_string(),
        }
    }
}
