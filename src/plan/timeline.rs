//! What becomes of the generations of a key, as far as its manifest, the store and the clock say now.

use super::Context;
use super::Generation;
use super::KeyTimeline;
use super::Next;
use super::Planned;
use super::Step;
use super::option::option;
use super::retirement::was_taken_away;
use super::successor;
use super::successor::in_words;
use crate::matching::Found;
use crate::model::Declared;
use crate::model::LiveObject;
use crate::model::Rotation;
use crate::model::moment::day;
use crate::rotation;
use crate::rotation::Due;
use crate::rotation::Wait;

/// The generations of a key, newest first.
pub(super) fn of(context: &Context<'_>, declared: &Declared, found: &Found<'_>, due: &Due<'_>) -> Option<KeyTimeline> {
    let key = declared.key.as_ref()?;
    let rotation = key.rotation?;
    let current = generation(context, found.live, next_of_current(context, declared, found.live, rotation, due));
    let older = found.older.iter().map(|old| {
        let next = next_of_old(context, declared, old, rotation, due);
        generation(context, old, next)
    });
    Some(KeyTimeline {
        address: declared.address.clone(),
        rotation,
        generations: std::iter::once(current).chain(older).collect(),
        is_delivered: !key.deliver.is_empty(),
    })
}

/// A successor that waits for consent is not created by this plan.
pub(super) fn hold_back(planned: &mut Planned) {
    let held = planned.plan.held.keys().filter_map(|index| planned.plan.changes.get(*index));
    let held = held.filter(|change| change.target.key.as_ref().is_some_and(|key| key.follows.is_some()));
    for change in held {
        let timeline = planned.rotations.iter_mut().find(|timeline| timeline.address == change.address);
        if let Some(current) = timeline.and_then(|timeline| timeline.generations.first_mut()) {
            current.next = stays("its successor is held back");
        }
    }
}

fn generation(context: &Context<'_>, live: &LiveObject, next: Next) -> Generation {
    let status = live.attributes.text("settings.status").unwrap_or("unknown").into();
    let works = rotation::why_unusable(live, context.now).is_none();
    Generation { address: live.address.clone(), created: live.created, status, works, next }
}

fn stays(because: impl Into<String>) -> Next {
    Next { step: Step::Stay, at: None, because: because.into() }
}

fn next_of_current(
    context: &Context<'_>,
    declared: &Declared,
    live: &LiveObject,
    rotation: Rotation,
    due: &Due<'_>,
) -> Next {
    let Some(created) = live.created else { return stays("the store does not say when it was created") };
    let (at, because) = successor::due_at(rotation, created);
    if due.next.is_some() {
        return Next { step: Step::Succeed, at: Some(at.min(context.now)), because };
    }
    let is_off = declared.text("settings.status").is_some_and(|status| status != "active");
    if was_taken_away(live, context) && !is_off {
        return stays(format!("it is disabled, and its successor needs {}", option(&declared.address)));
    }
    let end = declared.text("expires").filter(|end| **end < *day(at));
    match end {
        Some(end) => stays(format!("the manifest says that it ends on {end}")),
        // It is due, but this plan does not create it; a finding says why.
        None if at <= context.now => stays("its successor is held back"),
        None => Next { step: Step::Succeed, at: Some(at), because },
    }
}

fn next_of_old(
    context: &Context<'_>,
    declared: &Declared,
    old: &LiveObject,
    rotation: Rotation,
    due: &Due<'_>,
) -> Next {
    let is_it = |other: &&LiveObject| other.id == old.id;
    let is_elsewhere = declared.key.as_ref().is_some_and(|key| key.deliver.is_empty());
    let event = if is_elsewhere { "created" } else { "delivered" };
    let overlap = || format!("{} after its successor was {event}", in_words(rotation.overlap));
    let grace = || format!("{} after it was disabled", in_words(rotation.grace));
    let since = due.since.iter().find(|(other, _)| is_it(other)).map_or(context.now, |(_, since)| *since);
    if due.disable.iter().any(is_it) {
        return Next { step: Step::Disable, at: Some(since), because: overlap() };
    }
    if due.delete.iter().any(is_it) {
        return Next { step: Step::Delete, at: Some(since), because: grace() };
    }
    match due.waiting.iter().find(|(waiting, _)| is_it(waiting)).map(|(_, wait)| *wait) {
        Some(Wait::Disable(at)) => Next { step: Step::Disable, at: Some(at), because: overlap() },
        Some(Wait::Delete(at)) => Next { step: Step::Delete, at: Some(at), because: grace() },
        Some(Wait::Successor(why)) => stays(format!("its successor {} is {why}", declared.address)),
        Some(Wait::Kept(why)) => stays(why),
        None => stays("the store does not say when it was disabled"),
    }
}
