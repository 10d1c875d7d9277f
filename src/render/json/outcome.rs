//! The outcome of a plan as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::diagnostics::Diagnostic;
use super::diagnostics::list;
use super::failure::Failure;
use super::held::Held;
use super::words::Action;
use super::words::Delivery;
use crate::diagnostic;
use crate::diagnostic::Places;
use crate::diagnostic::Sources;
use crate::model;
use crate::outcome;
use crate::plan;
use crate::render::Problem;
use crate::store::Refusal;

pub(super) const KIND: &str = "outcome";

/// The outcome of `keywright apply`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright outcome")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: outcome.
    kind: &'static str,
    /// The changes, in the plan's order.
    changes: Vec<Change<'a>>,
    /// The number of changes with each result.
    summary: Summary,
    /// The earlier run that applied the same saved plan; this run did nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_in: Option<i64>,
    /// The findings of the plan, also of what was held back.
    diagnostics: Vec<Diagnostic<'a>>,
    /// Why the run did not end as it should, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure<'a>>,
}

/// The result of one change.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Change<'a> {
    /// The object, like plan/payments/gold.
    address: String,
    /// The planned action.
    action: Action,
    /// The result: done, altered, unverified, undelivered, failed, stale, blocked, held or skipped.
    outcome: ChangeResult,
    /// Why it was not done, verified or delivered; completes the sentence "could not create key/x: …".
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    /// The rule that forbids it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// The fields for which the store kept another value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<&'a str>,
    /// Where the key's value was delivered by this run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    delivered: Vec<Delivery<'a>>,
    /// The address of the required change that was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked_by: Option<String>,
    /// For held: what it needs, or what it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<Held<'a>>,
}

/// The result of a change.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum ChangeResult {
    /// The change was made.
    Done,
    /// The change was made, but the store kept other values for some fields.
    Altered,
    /// The store confirmed the change, but it could not be verified. The next apply compares it with the store.
    Unverified,
    /// The change was made, but the key's value could not be delivered.
    Undelivered,
    /// The change was not made.
    Failed,
    /// Not made, because the object changed after the plan was made.
    Stale,
    /// Not tried, because a required change was not made.
    Blocked,
    /// Not tried, because it needs consent, or waits for a change that needs consent.
    Held,
    /// Not tried, because the run was stopped.
    Skipped,
}

/// The number of changes with each result.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    /// Changes that were made.
    done: usize,
    /// Changes that were made, with fields for which the store kept other values.
    altered: usize,
    /// Changes that the store confirmed, but that could not be verified.
    unverified: usize,
    /// Changes that were made, but whose key value could not be delivered.
    undelivered: usize,
    /// Changes that were not made.
    failed: usize,
    /// Changes that were not made, because their object changed after the plan was made.
    stale: usize,
    /// Changes that were not tried, because a required change was not made.
    blocked: usize,
    /// Changes that were not tried, because they need consent or wait for a change that does.
    held: usize,
    /// Changes that were not tried, because the run was stopped.
    skipped: usize,
}

impl<'a> Document<'a> {
    pub(super) fn of(
        plan: &'a plan::Plan,
        outcome: &'a outcome::Outcome,
        (found, sources): (&'a [diagnostic::Diagnostic], &'a Sources),
        problem: Option<Problem<'a>>,
    ) -> Self {
        let pairs = plan.changes.iter().zip(&outcome.results);
        Self {
            format_version: super::FORMAT_VERSION,
            kind: KIND,
            changes: pairs
                .enumerate()
                .map(|(index, (change, result))| Change::of(change, result, outcome.delivered_by(index)))
                .collect(),
            summary: Summary::of(outcome),
            applied_in: outcome.applied_in,
            diagnostics: list(found, &Places::new(sources)),
            failure: problem.map(Into::into),
        }
    }
}

impl Summary {
    pub(super) fn of(outcome: &outcome::Outcome) -> Self {
        Self {
            done: outcome.count("done"),
            altered: outcome.count("altered"),
            unverified: outcome.count("unverified"),
            undelivered: outcome.count("undelivered"),
            failed: outcome.count("failed"),
            stale: outcome.count("stale"),
            blocked: outcome.count("blocked"),
            held: outcome.count("held"),
            skipped: outcome.count("skipped"),
        }
    }
}

impl<'a> Change<'a> {
    pub(super) fn of(
        change: &plan::Change,
        result: &'a outcome::ChangeResult,
        delivered: &'a [model::Delivery],
    ) -> Self {
        let held = match result {
            outcome::ChangeResult::Held(held) => Some(Held::of(held)),
            _ => None,
        };
        let refusal: Option<&Refusal> = match result {
            outcome::ChangeResult::Undelivered(refusal)
            | outcome::ChangeResult::Unverified(refusal)
            | outcome::ChangeResult::Failed(refusal) => Some(refusal),
            _ => None,
        };
        let fields = match result {
            outcome::ChangeResult::Altered(fields) => fields.iter().map(|altered| altered.field.as_ref()).collect(),
            _ => Vec::new(),
        };
        let blocked_by = match result {
            outcome::ChangeResult::Blocked(by) => Some(by.to_string()),
            _ => None,
        };
        Self {
            address: change.address.to_string(),
            action: change.action.into(),
            outcome: result.into(),
            reason: refusal.map(|refusal| refusal.reason.as_str()),
            help: refusal.and_then(|refusal| refusal.help.as_deref()),
            rule: refusal.and_then(|refusal| refusal.rule).map(|rule| rule.0),
            fields,
            delivered: delivered.iter().map(Delivery::from).collect(),
            blocked_by,
            held,
        }
    }
}

impl From<&outcome::ChangeResult> for ChangeResult {
    fn from(result: &outcome::ChangeResult) -> Self {
        match result {
            outcome::ChangeResult::Done => Self::Done,
            outcome::ChangeResult::Altered(_) => Self::Altered,
            outcome::ChangeResult::Unverified(_) => Self::Unverified,
            outcome::ChangeResult::Undelivered(_) => Self::Undelivered,
            outcome::ChangeResult::Failed(_) if result.name() == "stale" => Self::Stale,
            outcome::ChangeResult::Failed(_) => Self::Failed,
            outcome::ChangeResult::Blocked(_) => Self::Blocked,
            outcome::ChangeResult::Held(_) => Self::Held,
            outcome::ChangeResult::Skipped => Self::Skipped,
        }
    }
}
