//! The generations of a rotated key, and what a run does next with each. Only data; a plan shows it.

use crate::model::Address;
use crate::model::Instant;
use crate::model::Rotation;
use crate::model::moment::in_utc;
use crate::text::and_more;

/// Maximum number of old generations that one line names.
const MOST: usize = 3;

/// One rotated key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyTimeline {
    pub address: Address,
    pub rotation: Rotation,
    /// The current generation, and then the older ones, newest first.
    pub generations: Vec<Generation>,
    /// Whether Keywright delivers the values; with `deliver: elsewhere` another program takes them from the store.
    pub is_delivered: bool,
}

/// One key of the store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Generation {
    pub address: Address,
    pub created: Option<Instant>,
    pub status: Box<str>,
    /// Whether calls with it succeed.
    pub works: bool,
    pub next: Next,
}

/// What a run does next with a generation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Next {
    pub step: Step,
    /// From when on. `None` if nothing is done without another change.
    pub at: Option<Instant>,
    pub because: String,
    /// Why no run does it.
    pub held: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// It gets a successor.
    Succeed,
    Disable,
    Delete,
    /// Nothing.
    Stay,
}

impl KeyTimeline {
    /// When the next generation is created.
    pub fn next_generation(&self) -> Option<Instant> {
        let current = self.generations.first()?;
        let next = &current.next;
        next.at.filter(|_| next.step == Step::Succeed && next.held.is_none())
    }

    /// The old generations that stay for now, although the rotation retires them.
    pub fn waiting(&self, now: Instant) -> impl Iterator<Item = &Generation> {
        let is_due =
            move |next: &Next| next.step != Step::Stay && next.held.is_none() && next.at.is_some_and(|at| at <= now);
        self.generations.iter().skip(1).filter(move |old| !is_due(&old.next))
    }

    /// What the old generations wait for, in one line; `None` if none waits.
    pub fn waits(&self, now: Instant) -> Option<String> {
        let waiting: Vec<&Generation> = self.waiting(now).collect();
        let is_only = waiting.len() == 1;
        let lines: Vec<String> = waiting.iter().map(|old| wait(old, is_only)).collect();
        // If one is retired later, its successor works and is delivered.
        let has_come = waiting.iter().any(|old| old.next.at.is_some() && old.next.held.is_none());
        let start = match (has_come, self.is_delivered) {
            (false, _) => "",
            (true, true) => "the new generation is delivered; ",
            (true, false) => "the new generation is in the store; ",
        };
        (!lines.is_empty()).then(|| format!("{start}{}", and_more(&lines, MOST, "; ")))
    }
}

fn wait(old: &Generation, is_only: bool) -> String {
    let name = match old.created.filter(|_| !is_only) {
        Some(created) => format!("the old one of {}", created.format("%Y-%m-%d")),
        None => "the old one".to_owned(),
    };
    if let Some(held) = &old.next.held {
        return format!("{name} is not retired: {held}");
    }
    match (old.next.step, old.next.at) {
        (Step::Disable, Some(at)) => {
            let state = if old.works { "works beside it" } else { "no longer works" };
            format!("{name} {state}, and the rotation disables it from {} on", in_utc(at))
        }
        (Step::Delete, Some(at)) => {
            format!("{name} is disabled, and the rotation deletes it from {} on", in_utc(at))
        }
        _ => format!("{name} is not retired, because {}", old.next.because),
    }
}
