//! What a command printed for several workspaces, as one document.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::render;

pub(super) const KIND: &str = "workspaces";

/// What a command printed for each of several workspaces.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright workspaces")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: workspaces.
    kind: &'static str,
    /// The exit code: the most urgent one of the workspaces.
    exit: u8,
    /// The workspaces, by name.
    workspaces: Vec<Workspace<'a>>,
}

/// One workspace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Workspace<'a> {
    /// The folder of the workspace.
    folder: &'a str,
    /// The exit code that the command has for this workspace alone.
    exit: u8,
    /// What the command prints for this workspace alone. Missing if it was not run because a signal stopped the run before.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Value>,
}

impl<'a> Document<'a> {
    pub(super) fn of(exit: u8, workspaces: &'a [render::Workspace<'a>]) -> Self {
        let workspaces = workspaces.iter().map(|workspace| Workspace {
            folder: workspace.name,
            exit: workspace.exit,
            document: serde_json::from_slice(workspace.document).ok(),
        });
        Self { format_version: super::FORMAT_VERSION, kind: KIND, exit, workspaces: workspaces.collect() }
    }
}
