//! The runs of a workspace, as documents.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::Delivery;
use crate::model;
use crate::plan::known::Maker;
use crate::render;

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

/// One run with its writes.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright run")]
pub(super) struct One<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: run.
    kind: &'static str,
    /// The run.
    run: Run,
    /// The writes that were started, in the order of the plan.
    writes: Vec<Write>,
    /// The objects that the database remembers since this run.
    remembered: Vec<Remembered<'a>>,
    /// Where the run delivered the values of keys.
    delivered: Vec<Delivered<'a>>,
}

/// An object that the database remembers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Remembered<'a> {
    /// The address in the manifests that declared it.
    address: &'a str,
    /// Who made it.
    maker: MadeBy,
    /// Whether the manifest protected it.
    protect: bool,
}

/// Who made an object.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum MadeBy {
    /// Keywright.
    Keywright,
    /// Another program or a person.
    Other,
    /// API Control Plane.
    ControlPlane,
}

/// A value that reached a place.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Delivered<'a> {
    /// The key.
    address: &'a str,
    /// The place.
    to: Delivery<'a>,
    /// How the sink names the version that it wrote, if it does.
    #[serde(skip_serializing_if = "str::is_empty")]
    receipt: &'a str,
}

/// One apply.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Run {
    /// The number of the run.
    number: i64,
    /// The start time, as RFC 3339.
    began: String,
    /// The end time; absent if the run is in progress or was interrupted.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    /// The process that ran it.
    process: u32,
    /// The machine that it ran on.
    host: String,
    /// The name of the store.
    store: String,
    /// Changes of the plan.
    changes: usize,
    /// Changes that were started.
    begun: usize,
    /// Changes that were made, verified and delivered.
    done: usize,
    /// Changes that were made, but not delivered.
    undelivered: usize,
    /// Changes that the store confirmed, but that were not verified.
    unverified: usize,
}

/// One write.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Write {
    /// The object.
    address: String,
    /// The planned action.
    action: String,
    /// When the write was started, as RFC 3339.
    intended: String,
    /// When its result was known; absent if it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    /// The result; absent if it is unknown.
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

impl<'a> One<'a> {
    pub(super) fn of(run: &render::Run<'_>, writes: &[render::Noted<'_>], record: &'a render::Record) -> Self {
        Self {
            format_version: super::FORMAT_VERSION,
            kind: KIND_OF_ONE,
            run: Run::of(run),
            writes: writes.iter().map(Write::of).collect(),
            remembered: record.remembered.iter().map(Remembered::of).collect(),
            delivered: record.delivered.iter().map(Delivered::of).collect(),
        }
    }
}

impl<'a> Remembered<'a> {
    fn of((address, maker, protect): &'a (String, Maker, bool)) -> Self {
        let maker = match maker {
            Maker::Keywright => MadeBy::Keywright,
            Maker::Other => MadeBy::Other,
            Maker::ControlPlane => MadeBy::ControlPlane,
        };
        Self { address, maker, protect: *protect }
    }
}

impl<'a> Delivered<'a> {
    fn of((address, to, receipt): &'a (String, model::Delivery, String)) -> Self {
        Self { address, to: to.into(), receipt }
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
            undelivered: run.undelivered,
            unverified: run.unverified,
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
            outcome: write.result.map(str::to_owned),
            reason: write.reason.map(str::to_owned),
        }
    }
}
