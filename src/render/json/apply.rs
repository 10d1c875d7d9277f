//! An apply while it goes on: one object a line.

use schemars::JsonSchema;
use serde::Serialize;

use super::outcome::Change;
use super::outcome::Summary;
use crate::outcome;
use crate::plan;

/// What each line calls itself.
pub(super) const KIND: &str = "applyEvent";

/// One line of `keywright apply --format json-stream`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright apply event")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the line is: applyEvent.
    kind: &'static str,
    /// What happened: began, change or ended.
    event: Event,
    /// With began: how many changes the plan has.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<usize>,
    /// With change: its number in the plan, from 1. Changes are told in the plan's order, after those of a saved
    /// plan that can not be made. One that a last look at the store has shown to be held otherwise is told again
    /// at the end; what is told last counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<usize>,
    /// With change: what became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Change<'a>>,
    /// With change: how long it took, if it was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    milliseconds: Option<u64>,
    /// With ended: how many changes came to which end.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
    /// With ended: why what was written could not be looked at once more, if it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    unproven: Option<&'a str>,
}

/// What a line is about.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Event {
    /// The apply begins; nothing was written yet.
    Began,
    /// A change came to its end, good or bad.
    Change,
    /// Every change has come to its end.
    Ended,
}

impl<'a> Document<'a> {
    pub(super) fn began(changes: usize) -> Self {
        Self { changes: Some(changes), ..Self::new(Event::Began) }
    }

    pub(super) fn change(
        index: usize,
        change: &plan::Change,
        fate: &'a outcome::Fate,
        milliseconds: Option<u64>,
    ) -> Self {
        let change = Some(Change::of(change, fate));
        Self { number: Some(index + 1), change, milliseconds, ..Self::new(Event::Change) }
    }

    pub(super) fn ended(outcome: &'a outcome::Outcome) -> Self {
        let unproven = outcome.unproven.as_ref().map(|refusal| &*refusal.reason);
        Self { summary: Some(Summary::of(outcome)), unproven, ..Self::new(Event::Ended) }
    }

    const fn new(event: Event) -> Self {
        let (changes, number, change, milliseconds, summary) = (None, None, None, None, None);
        Self {
            format_version: super::FORMAT_VERSION,
            kind: KIND,
            event,
            changes,
            number,
            change,
            milliseconds,
            summary,
            unproven: None,
        }
    }
}
