//! What became of a plan, as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::Action;
use crate::outcome;
use crate::plan;
use crate::store::Refusal;

/// What the document calls itself.
pub(super) const KIND: &str = "outcome";

/// What `keywright apply` did.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright outcome")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: outcome.
    kind: &'static str,
    /// Every change of the plan, in its order.
    changes: Vec<Change<'a>>,
    /// How many changes came to which end.
    summary: Summary,
    /// Why what was written could not be looked at once more, if it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    unproven: Option<&'a str>,
}

/// What became of one change.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Change<'a> {
    /// The object, like plan/payments/gold.
    address: String,
    /// What was to be done.
    action: Action,
    /// What became of it: done, altered, undelivered, failed, stale, blocked or skipped.
    outcome: Fate,
    /// Why it was not done; completes the sentence «could not create key/x: …».
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    /// The rule of the store that forbids it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// The fields that the store holds otherwise than it was told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<&'a str>,
    /// The address whose change was needed and was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked_by: Option<String>,
}

/// What became of a change.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum Fate {
    /// It is done.
    Done,
    /// The store did it, but holds some fields otherwise than it was told.
    Altered,
    /// The store did it, but the key's value could not be written to where it is read.
    Undelivered,
    /// The store did not do it.
    Failed,
    /// The object was changed after the plan was made, so the change is void.
    Stale,
    /// Not tried, because a change that it needs was not done.
    Blocked,
    /// Not tried, because the run was stopped.
    Skipped,
}

/// How many changes came to which end.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    /// Changes that are done.
    done: usize,
    /// Changes that the store did, with fields that it holds otherwise than it was told.
    altered: usize,
    /// Changes that the store did, and whose key value could not be delivered.
    undelivered: usize,
    /// Changes that the store did not do.
    failed: usize,
    /// Changes that are void, because their object was changed after the plan was made.
    stale: usize,
    /// Changes that wait for one that was not done.
    blocked: usize,
    /// Changes that were not tried, because the run was stopped.
    skipped: usize,
}

impl<'a> Document<'a> {
    pub(super) fn of(plan: &'a plan::Plan, outcome: &'a outcome::Outcome) -> Self {
        let pairs = plan.changes.iter().zip(&outcome.fates);
        Self {
            format_version: super::FORMAT_VERSION,
            kind: KIND,
            changes: pairs.map(|(change, fate)| Change::of(change, fate)).collect(),
            summary: Summary::of(outcome),
            unproven: outcome.unproven.as_ref().map(|refusal| &*refusal.reason),
        }
    }
}

impl Summary {
    pub(super) fn of(outcome: &outcome::Outcome) -> Self {
        Self {
            done: outcome.count("done"),
            altered: outcome.count("altered"),
            undelivered: outcome.count("undelivered"),
            failed: outcome.count("failed"),
            stale: outcome.count("stale"),
            blocked: outcome.count("blocked"),
            skipped: outcome.count("skipped"),
        }
    }
}

impl<'a> Change<'a> {
    pub(super) fn of(change: &plan::Change, fate: &'a outcome::Fate) -> Self {
        let refusal: Option<&Refusal> = match fate {
            outcome::Fate::Undelivered(refusal) | outcome::Fate::Failed(refusal) => Some(refusal),
            _ => None,
        };
        let fields = match fate {
            outcome::Fate::Altered(fields) => fields.iter().map(|altered| altered.field.as_ref()).collect(),
            _ => Vec::new(),
        };
        let blocked_by = match fate {
            outcome::Fate::Blocked(by) => Some(by.to_string()),
            _ => None,
        };
        Self {
            address: change.address.to_string(),
            action: change.action.into(),
            outcome: fate.into(),
            reason: refusal.map(|refusal| refusal.reason.as_str()),
            help: refusal.and_then(|refusal| refusal.help.as_deref()),
            rule: refusal.and_then(|refusal| refusal.rule).map(|rule| rule.0),
            fields,
            blocked_by,
        }
    }
}

impl From<&outcome::Fate> for Fate {
    fn from(fate: &outcome::Fate) -> Self {
        match fate {
            outcome::Fate::Done => Self::Done,
            outcome::Fate::Altered(_) => Self::Altered,
            outcome::Fate::Undelivered(_) => Self::Undelivered,
            outcome::Fate::Failed(_) if fate.name() == "stale" => Self::Stale,
            outcome::Fate::Failed(_) => Self::Failed,
            outcome::Fate::Blocked(_) => Self::Blocked,
            outcome::Fate::Skipped => Self::Skipped,
        }
    }
}
