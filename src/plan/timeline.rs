//! What becomes of the generations of a key, as far as its manifest, the store and the clock say now.

use super::Change;
use super::Context;
use super::Generation;
use super::KeyTimeline;
use super::Next;
use super::Planned;
use super::Step;
use super::option::option;
use super::retirement::DOUBTFUL;
use super::retirement::is_disabled;
use super::retirement::was_taken_away;
use super::successor;
use super::successor::in_words;
use super::unmade;
use crate::matching::Found;
use crate::model::Declared;
use crate::model::LiveObject;
use crate::model::Rotation;
use crate::model::moment::day;
use crate::rotation;
use crate::rotation::Due;
use crate::rotation::Wait;

/// The generations of a key, newest first. `unmade` is why no run creates its successor.
pub(super) fn of(
    context: &Context<'_>,
    declared: &Declared,
    found: &Found<'_>,
    due: &Due<'_>,
    unmade: Option<String>,
) -> Option<KeyTimeline> {
    let key = declared.key.as_ref()?;
    let rotation = key.rotation?;
    let next = next_of_current(context, declared, found.live, rotation, due);
    let next = Next { held: unmade.filter(|_| next.step == Step::Succeed).or(next.held), ..next };
    let current = generation(context, found.live, next);
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

/// A key of which a run does nothing, because of an error.
pub(super) fn stopped(context: &Context<'_>, declared: &Declared, found: &Found<'_>, why: &str) -> Option<KeyTimeline> {
    let due = Due::default();
    let current = Found { live: found.live, moved: found.moved, older: Vec::new() };
    of(context, declared, &current, &due, Some(unmade::because(why)))
}

/// A successor that waits for consent is not created by this plan.
pub(super) fn hold_back(planned: &mut Planned) {
    let Planned { plan, rotations, .. } = planned;
    for (index, held) in &plan.held {
        let change = plan.changes.get(*index);
        let follows = |change: &&Change| change.target.key.as_ref().is_some_and(|key| key.follows.is_some());
        let Some(change) = change.filter(follows) else { continue };
        let timeline = rotations.iter_mut().find(|timeline| timeline.address == change.address);
        let Some(current) = timeline.and_then(|timeline| timeline.generations.first_mut()) else { continue };
        match &*current.status {
            // What a person disabled gets its successor only if one asks for it.
            "disabled" => current.next = stays("its successor is held back"),
            "waiting" => current.next.held = Some(unmade::because(unmade::WAITING)),
            _ => current.next.held = Some(unmade::because(&held.to_string())),
        }
    }
}

fn generation(context: &Context<'_>, live: &LiveObject, next: Next) -> Generation {
    let status = live.attributes.text("settings.status").unwrap_or("unknown").into();
    let works = rotation::why_unusable(live, context.now).is_none();
    Generation { address: live.address.clone(), created: live.created, status, works, next }
}

fn stays(because: impl Into<String>) -> Next {
    Next { step: Step::Stay, at: None, because: because.into(), held: None }
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
        return Next { step: Step::Succeed, at: Some(at.min(context.now)), because, held: None };
    }
    let is_off = declared.text("settings.status").is_some_and(|status| status != "active");
    if was_taken_away(live, context) && !is_off {
        return stays(format!("it is disabled, and its successor needs {}", option(&declared.address)));
    }
    let end = declared.text("expires").filter(|end| **end < *day(at));
    match end {
        Some(end) => stays(format!("the manifest says that it ends on {end}")),
        // It is due, but this plan does not create it; a finding says why.
        None => {
            let held = (at <= context.now).then(|| unmade::because("see `keywright plan`"));
            Next { step: Step::Succeed, at: Some(at), because, held }
        }
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
    let disable = |at, held| Next { step: Step::Disable, at: Some(at), because: overlap(), held };
    let delete = |at, held| Next { step: Step::Delete, at: Some(at), because: grace(), held };
    let step = |at, held| if is_disabled(old) { delete(at, held) } else { disable(at, held) };
    let since = due.since.iter().find(|(other, _)| is_it(other)).map(|(_, since)| *since);
    if due.disable.iter().chain(&due.delete).any(is_it) {
        let unread = (!old.unread.is_empty()).then(|| unmade::because_old("it is not understood (CAM-066)"));
        return step(since.unwrap_or(context.now), unread);
    }
    match due.waiting.iter().find(|(waiting, _)| is_it(waiting)).map(|(_, wait)| *wait) {
        Some(Wait::Disable(at)) => disable(at, None),
        Some(Wait::Delete(at)) => delete(at, None),
        Some(Wait::Kept(DOUBTFUL)) if let Some(since) = since => step(since, Some(unmade::because_old(DOUBTFUL))),
        Some(Wait::Successor(why)) => stays(format!("its successor {} is {why}", declared.address)),
        Some(Wait::Kept(why)) => stays(why),
        None => stays("the store does not say when it was disabled"),
    }
}
