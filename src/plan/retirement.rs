//! The old generations of rotated keys. They are declared, so no guard for undeclared objects or mass deletes counts them,
//! and each is retired only when its rotation allows it now.

use std::collections::BTreeMap;

use super::Action;
use super::Change;
use super::Context;
use super::Kept;
use super::deliveries;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Declared;
use crate::model::Instant;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::rotation;
use crate::rotation::Due;
use crate::rotation::Wait;

/// What is due for the generations of a key; `None` if it is not rotated.
pub(super) fn due<'a>(context: &Context<'_>, declared: &Declared, found: &Found<'a>) -> Option<Due<'a>> {
    let rotation = declared.key.as_ref()?.rotation?;
    let delivered = deliveries::since(context, declared, found.live);
    let mut due = rotation::due(rotation, found.live, delivered, &found.older, context.now);
    for list in [&mut due.disable, &mut due.delete] {
        let (kept, left): (Vec<_>, Vec<_>) =
            std::mem::take(list).into_iter().partition(|old| why_kept(old, context).is_some());
        due.waiting.extend(kept.into_iter().filter_map(|old| Some((old, Wait::Kept(why_kept(old, context)?)))));
        *list = left;
    }
    Some(due)
}

/// Why no rotation retires a key with its prefix: somebody else relies on it.
fn why_kept(old: &LiveObject, context: &Context<'_>) -> Option<&'static str> {
    let objects = &context.remembered.objects;
    let key = context.remembered.key.as_ref();
    if objects.elsewhere(old, key).is_some() {
        return Some("another workspace declared it");
    }
    objects.of(old, key).is_some_and(|known| known.protect).then_some("it was protected when it was last applied")
}

/// The old generations of all rotated keys.
pub(super) struct Generations<'a>(BTreeMap<&'a LiveId, (&'a Declared, &'a Found<'a>)>);

impl<'a> Generations<'a> {
    pub(super) fn of(context: &Context<'a>, matching: &'a Matching<'a>) -> Self {
        let rotated = matching.found.iter().filter_map(|(address, found)| {
            let declared = context.desired.get(address)?;
            declared.key.as_ref()?.rotation.map(|_| (declared, found))
        });
        Self(rotated.flat_map(|of| of.1.older.iter().map(move |old| (&old.id, of))).collect())
    }

    pub(super) fn includes(&self, id: &LiveId) -> bool {
        self.0.contains_key(id)
    }

    /// Whether a change disables or deletes an old generation.
    pub(super) fn retires(&self, change: &Change) -> bool {
        matches!(change.action, Action::Disable | Action::Delete)
            && change.live_id().is_some_and(|id| self.includes(id))
    }

    /// Why an old generation must not be retired now, although a saved plan does it.
    pub(super) fn why_not(&self, change: &Change, context: &Context<'_>) -> Option<String> {
        let (declared, found) = self.0.get(change.live_id().filter(|_| self.retires(change))?)?;
        let due = due(context, declared, found)?;
        let waiting = due.waiting.iter().find(|(old, _)| Some(&old.id) == change.live_id())?;
        Some(format!("is {}", words(waiting.1, declared)))
    }
}

/// What an old generation waits for.
pub(super) fn kept(old: &LiveObject, wait: Wait, declared: &Declared) -> Kept {
    Kept { address: old.address.clone(), why: words(wait, declared) }
}

fn words(wait: Wait, declared: &Declared) -> String {
    let successor = &declared.address;
    let on = |end: Instant| end.format("%Y-%m-%d %H:%M UTC").to_string();
    match wait {
        Wait::Disable(end) => format!("beside its successor {successor}; the rotation disables it from {} on", on(end)),
        Wait::Delete(end) => format!("disabled; the rotation deletes it from {} on", on(end)),
        Wait::Kept(why) => format!("has the prefix of {successor}, but is not retired: {why}"),
        Wait::Successor(why) => format!("not retired, because its successor {successor} is {why}"),
    }
}
