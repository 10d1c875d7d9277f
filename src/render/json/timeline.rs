//! Rotated keys as a part of a plan.

use chrono::SecondsFormat;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Instant;
use crate::plan;
use crate::render::Rotations;

/// A rotated key and its generations.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rotation<'a> {
    /// The key, as the manifests name it.
    key: String,
    /// The keys of the store, newest first. The first one is the current one.
    generations: Vec<Generation<'a>>,
    /// From when on a run creates the next generation; absent if none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_generation: Option<String>,
    /// What the old generations wait for, in words; absent if none waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<String>,
}

/// One key of the store.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Generation<'a> {
    /// The key, with its id.
    address: String,
    /// When it was created; absent if the store does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    /// Its status in the store: active, waiting or disabled.
    status: &'a str,
    /// What a run does next with it.
    next: Next<'a>,
}

/// What a run does next with a generation.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Next<'a> {
    /// What is done: successor (the next generation is created), disable, delete, or none.
    what: What,
    /// From when on; absent if nothing is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// Why, or why nothing is done.
    because: &'a str,
}

/// What is done with a generation.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum What {
    Successor,
    Disable,
    Delete,
    None,
}

pub(super) fn of<'a>(rotations: &Rotations<'a>) -> Vec<Rotation<'a>> {
    rotations.keys.iter().map(|key| Rotation::of(key, rotations.now)).collect()
}

/// A time as all documents write it.
pub(super) fn time(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl<'a> Rotation<'a> {
    fn of(key: &'a plan::KeyTimeline, now: Instant) -> Self {
        Self {
            key: key.address.to_string(),
            generations: key.generations.iter().map(Generation::of).collect(),
            next_generation: key.next_generation().map(time),
            waits: key.waits(now),
        }
    }
}

impl<'a> Generation<'a> {
    fn of(generation: &'a plan::Generation) -> Self {
        let next = &generation.next;
        let what = match next.step {
            _ if next.held.is_some() => What::None,
            plan::Step::Succeed => What::Successor,
            plan::Step::Disable => What::Disable,
            plan::Step::Delete => What::Delete,
            plan::Step::Stay => What::None,
        };
        Self {
            address: generation.address.to_string(),
            created: generation.created.map(time),
            status: &generation.status,
            next: Next {
                what,
                at: next.at.filter(|_| next.held.is_none()).map(time),
                because: next.held.as_ref().unwrap_or(&next.because),
            },
        }
    }
}
