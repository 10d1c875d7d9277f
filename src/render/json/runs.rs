//! The runs of a workspace, as documents.

use schemars::JsonSchema;
use serde::Serialize;

use crate::render;

/// What the documents call themselves.
pub(super) const KIND: &str = "runs";
pub(super) const KIND_OF_ONE: &str = "run";

/// The applies of a workspace, the newest first.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright runs")]
pub(super) struct Document {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: runs.
    kind: &'static str,
    /// The runs, the newest first.
    runs: Vec<Run>,
}

/// What one apply did.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright run")]
pub(super) struct One {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: run.
    kind: &'static str,
    /// The run itself.
    run: Run,
    /// The writes that were begun, in the order of the plan.
    writes: Vec<Write>,
}

/// One apply.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Run {
    /// The number of the run.
    number: i64,
    /// When it began, as RFC 3339.
    began: String,
    /// When it ended; absent for a run that goes on or was cut off.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    /// The process that ran it.
    process: u32,
    /// The machine that it ran on.
    host: String,
    /// The store in words.
    store: String,
    /// Changes of the plan.
    changes: usize,
    /// Changes whose write was begun.
    begun: usize,
    /// Changes that came to a good end.
    done: usize,
}

/// One write.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Write {
    /// The object.
    address: String,
    /// What was to be done.
    action: String,
    /// When it was about to be made, as RFC 3339.
    intended: String,
    /// When its end was known; absent while it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    /// What became of it; absent while it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    /// Why it was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Document {
    pub(super) fn of(runs: &[render::Run<'_>]) -> Self {
        Self { format_version: super::FORMAT_VERSION, kind: KIND, runs: runs.iter().map(Run::of).collect() }
    }
}

impl One {
    pub(super) fn of(run: &render::Run<'_>, writes: &[render::Noted<'_>]) -> Self {
        let writes = writes.iter().map(Write::of).collect();
        Self { format_version: super::FORMAT_VERSION, kind: KIND_OF_ONE, run: Run::of(run), writes }
    }
}

impl Run {
    fn of(run: &render::Run<'_>) -> Self {
        Self {
            number: run.number,
            began: run.began.to_rfc3339(),
            ended: run.ended.map(|ended| ended.to_rfc3339()),
            process: run.process,
            host: run.host.to_owned(),
            store: run.store.to_owned(),
            changes: run.changes,
            begun: run.begun,
            done: run.done,
        }
    }
}

impl Write {
    fn of(write: &render::Noted<'_>) -> Self {
        Self {
            address: write.address.to_owned(),
            action: write.action.to_owned(),
            intended: write.intended.to_rfc3339(),
            ended: write.ended.map(|ended| ended.to_rfc3339()),
            outcome: write.fate.map(str::to_owned),
            reason: write.reason.map(str::to_owned),
        }
    }
}
