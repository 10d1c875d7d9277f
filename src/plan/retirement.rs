//! The old generations of rotated keys. They are declared, so no guard for undeclared objects or mass deletes counts them,
//! and each is retired only when its rotation allows it now.

use std::collections::BTreeMap;

use super::Action;
use super::Change;
use super::Context;
use super::Kept;
use super::clock;
use super::consent::is_allowed;
use super::cut_off;
use super::cut_off::Blocked;
use super::deliveries;
use super::ends;
use super::shared_secrets::why_incomplete;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Declared;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;
use crate::model::moment::day;
use crate::plan::known::Maker;
use crate::plan::known::trace_of;
use crate::rotation;
use crate::rotation::Due;
use crate::rotation::Standing;
use crate::rotation::Wait;

/// Why nothing is due while the clocks differ.
pub(super) const DOUBTFUL: &str = "the time is not certain (KW-114)";

/// What is due for the generations of a key; `None` if it is not rotated. Nothing is due while the time is not certain.
pub(super) fn due<'a>(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'a>,
) -> Option<Due<'a>> {
    let mut due = due_at(context, matching, declared, found, context.now)?;
    if clock::is_doubtful(context, found) {
        let stopped = std::mem::take(&mut due.disable).into_iter().chain(std::mem::take(&mut due.delete));
        due.waiting.extend(stopped.map(|old| (old, Wait::Kept(DOUBTFUL))));
        due.next = None;
    }
    Some(due)
}

/// What is due for the generations of a key at a time, if that is certain.
pub(super) fn due_at<'a>(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    found: &Found<'a>,
    now: Instant,
) -> Option<Due<'a>> {
    let rotation = declared.key.as_ref()?.rotation?;
    let delivered = deliveries::since(context, declared, found.live);
    let cut_off = cut_off::soon(context, matching, declared, found.live).map(Blocked::of_key);
    let cut_off = cut_off.or_else(|| why_incomplete(declared, found.live));
    let left = ends::as_left(context, declared, found);
    let standing = Standing { delivered, cut_off, left: Some(&left) };
    let mut due = rotation::due(rotation, found.live, standing, &found.older, now);
    if was_succeeded(context, declared, found.live) {
        due.is_superseded = true;
        due.next = due.next.or(Some(0));
    }
    for list in [&mut due.disable, &mut due.delete] {
        let why = |old: &LiveObject| why_kept(old, declared, context);
        let (kept, left): (Vec<_>, Vec<_>) = std::mem::take(list).into_iter().partition(|old| why(old).is_some());
        due.waiting.extend(kept.into_iter().filter_map(|old| Some((old, Wait::Kept(why(old)?)))));
        *list = left;
    }
    if let Some(delivered) = delivered {
        let until = |old: &LiveObject| came_back_until(old, declared, delivered, now, context);
        let (back, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut due.disable).into_iter().partition(|old| until(old).is_some());
        due.waiting.extend(back.into_iter().filter_map(|old| Some((old, Wait::Disable(until(old)?)))));
        due.disable = left;
    }
    Some(due)
}

/// An old key that changed after its overlap was over: a rotation would have disabled it by then, so a person enabled it
/// again, and no memory says so. It gets one more overlap from then.
fn came_back_until(
    old: &LiveObject,
    declared: &Declared,
    delivered: Instant,
    now: Instant,
    context: &Context<'_>,
) -> Option<Instant> {
    let overlap = declared.key.as_ref()?.rotation?.overlap;
    let changed = old.updated.filter(|updated| *updated >= rotation::later(delivered, overlap))?;
    let end = rotation::later(changed, overlap);
    (end > now && !is_allowed(&old.address, context)).then_some(end)
}

/// Why no rotation retires a key with its prefix: somebody else relies on it.
fn why_kept(old: &LiveObject, declared: &Declared, context: &Context<'_>) -> Option<&'static str> {
    let objects = &context.remembered.objects;
    let key = context.remembered.key.as_ref();
    if objects.elsewhere(old, key).is_some() {
        return Some("another workspace declared it");
    }
    let known = objects.of(old, key);
    // `protect` of the manifest is about its current key; its rotation is as deliberate.
    if known.is_some_and(|known| known.protect && !declared.address.is_written(&known.address)) {
        return Some("it was protected when it was last applied");
    }
    let came_back = !is_disabled(old) && known.is_some_and(|known| known.fits(old, key) && known.disabled.is_some());
    if came_back && !is_allowed(&old.address, context) {
        return Some("a person enabled it again; --allow with its address retires it");
    }
    let is_elsewhere = declared.key.as_ref().is_some_and(|key| key.deliver.is_empty());
    (is_elsewhere && deliveries::is_last_received(context, old) && !is_allowed(&old.address, context))
        .then_some("the last file that Keywright wrote for it has this value; --allow with its address retires it")
}

/// Whether Keywright disabled a key when it retired it, and the successor is gone: a later generation that Keywright made
/// under its address. A superseded value never comes back, but a new one is made.
fn was_succeeded(context: &Context<'_>, declared: &Declared, live: &LiveObject) -> bool {
    if !is_disabled_by_us(live, context) {
        return false;
    }
    let key = context.remembered.key.as_ref();
    let address = declared.address.to_string();
    let is_live = |trace: &str| {
        let all = context.live.of(Kind::PackageKey);
        all.iter().any(|live| trace_of(Kind::PackageKey, &live.id, key).as_deref() == Some(trace))
    };
    context.remembered.objects.iter().any(|(kind, trace, known)| {
        kind == Kind::PackageKey && known.maker == Maker::Keywright && *known.address == *address && !is_live(trace)
    })
}

/// Whether memory proves that Keywright disabled a key.
pub(super) fn is_disabled_by_us(live: &LiveObject, context: &Context<'_>) -> bool {
    let key = context.remembered.key.as_ref();
    let known = context.remembered.objects.of(live, key).filter(|known| known.fits(live, key));
    is_disabled(live) && known.is_some_and(|known| known.is_disabled_by_us(live))
}

/// Whether somebody disabled a key, because it leaked for example: it gets a successor only with consent.
pub(super) fn was_taken_away(live: &LiveObject, context: &Context<'_>) -> bool {
    is_disabled(live) && (!is_disabled_by_us(live, context) || context.remembered.is_revoked(live))
}

pub(super) fn is_disabled(live: &LiveObject) -> bool {
    live.attributes.text("settings.status") == Some("disabled")
}

/// The old generations of all rotated keys.
pub(super) struct Generations<'a> {
    matching: &'a Matching<'a>,
    of: BTreeMap<&'a LiveId, (&'a Declared, &'a Found<'a>)>,
}

impl<'a> Generations<'a> {
    pub(super) fn of(context: &Context<'a>, matching: &'a Matching<'a>) -> Self {
        let rotated = matching.found.iter().filter_map(|(address, found)| {
            let declared = context.desired.get(address)?;
            declared.key.as_ref()?.rotation.map(|_| (declared, found))
        });
        Self { matching, of: rotated.flat_map(|of| of.1.older.iter().map(move |old| (&old.id, of))).collect() }
    }

    pub(super) fn includes(&self, id: &LiveId) -> bool {
        self.of.contains_key(id)
    }

    /// Whether a change disables or deletes an old generation.
    pub(super) fn retires(&self, change: &Change) -> bool {
        matches!(change.action, Action::Disable | Action::Delete)
            && change.live_id().is_some_and(|id| self.includes(id))
    }

    /// Why a saved plan must not make a change of a rotation now.
    pub(super) fn why_not(&self, change: &Change, context: &Context<'_>) -> Option<String> {
        if change.target.key.as_ref().is_some_and(|key| key.follows.is_some()) {
            // `never` comes after all days.
            if change.after("expires").and_then(Value::as_text).is_some_and(|date| *date < *day(context.now)) {
                return Some("would be created already expired".to_owned());
            }
            let found = self.matching.found.get(&change.address)?;
            return clock::is_doubtful(context, found).then(|| format!("waits, because {DOUBTFUL}"));
        }
        let (declared, found) = self.of.get(change.live_id().filter(|_| self.retires(change))?)?;
        let due = due(context, self.matching, declared, found)?;
        let waiting = due.waiting.iter().find(|(old, _)| Some(&old.id) == change.live_id())?;
        Some(format!("is {}", words(waiting.1, declared)))
    }
}

/// What an old generation waits for.
pub(super) fn kept(old: &LiveObject, wait: Wait, declared: &Declared) -> Kept {
    Kept { address: old.address.clone(), why: words(wait, declared) }
}

pub(super) fn words(wait: Wait, declared: &Declared) -> String {
    let successor = &declared.address;
    let on = |end: Instant| end.format("%Y-%m-%d %H:%M UTC").to_string();
    match wait {
        Wait::Disable(end) => format!("beside its successor {successor}; the rotation disables it from {} on", on(end)),
        Wait::Delete(end) => format!("disabled; the rotation deletes it from {} on", on(end)),
        Wait::Kept(why) => format!("not retired by the rotation of {successor}: {why}"),
        Wait::Successor(why) => format!("not retired, because its successor {successor} is {why}"),
    }
}
