//! The events of an apply, one JSON object per line.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::diagnostics::Diagnostic;
use super::diagnostics::list;
use super::outcome::Change;
use super::outcome::Summary;
use crate::diagnostic;
use crate::diagnostic::Places;
use crate::diagnostic::Sources;
use crate::model::Delivery;
use crate::outcome;
use crate::plan;

pub(super) const KIND: &str = "applyEvent";

/// One line of `keywright apply --format json-stream`.
#[derive(Serialize, JsonSchema, Default)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright apply event")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the line is: applyEvent.
    kind: &'static str,
    /// The event: began, change, waiting or ended.
    event: Event,
    /// For began: the number of changes in the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<usize>,
    /// For change: its number in the plan, from 1. Changes come in the plan's order, after those of a saved plan
    /// that are stale or blocked. A change that the verification finds altered, or that could not be verified, is reported again at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<usize>,
    /// For change: its result.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Change<'a>>,
    /// For change: its duration, if it was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    milliseconds: Option<u64>,
    /// For waiting: the request that has waited longest for its answer; none if the run waits for its rate limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
    /// For waiting: how long that request has waited.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
    /// For ended: the number of changes with each result.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
    /// For ended: the earlier run that applied the same saved plan; this run did nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_in: Option<i64>,
    /// For ended: the findings of the plan, also of what was held back.
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostics: Option<Vec<Diagnostic<'a>>>,
}

/// The event of a line.
#[derive(Clone, Copy, Serialize, JsonSchema, Default)]
#[serde(rename_all = "camelCase")]
enum Event {
    /// The apply starts; nothing was written yet.
    #[default]
    Began,
    /// A change has a result.
    Change,
    /// Nothing else happened for at least ten seconds, but the run is alive.
    Waiting,
    /// Every change has a result.
    Ended,
}

impl<'a> Document<'a> {
    pub(super) fn began(changes: usize) -> Self {
        Self { changes: Some(changes), ..Self::new(Event::Began) }
    }

    pub(super) fn change(
        index: usize,
        change: &plan::Change,
        result: &'a outcome::ChangeResult,
        (delivered, milliseconds): (&'a [Delivery], Option<u64>),
    ) -> Self {
        let change = Some(Change::of(change, result, delivered));
        Self { number: Some(index + 1), change, milliseconds, ..Self::new(Event::Change) }
    }

    pub(super) fn ended(
        outcome: &'a outcome::Outcome,
        (found, sources): (&'a [diagnostic::Diagnostic], &'a Sources),
    ) -> Self {
        let applied_in = outcome.applied_in;
        let diagnostics = Some(list(found, &Places::new(sources)));
        Self { summary: Some(Summary::of(outcome)), applied_in, diagnostics, ..Self::new(Event::Ended) }
    }

    pub(super) fn waiting(request: Option<&'a str>, waited: Option<Duration>) -> Self {
        Self { request, seconds: waited.map(|waited| waited.as_secs()), ..Self::new(Event::Waiting) }
    }

    fn new(event: Event) -> Self {
        Self { format_version: super::FORMAT_VERSION, kind: KIND, event, ..Self::default() }
    }
}
