//! Whether the time is certain. The dates of keys are the store's, so a rotation counts on two clocks: if they differ, or a
//! key comes from the future, no key is succeeded, disabled or deleted because of its age.

use chrono::TimeDelta;

use super::Context;
use crate::matching::Found;
use crate::model::Instant;
use crate::model::LiveObject;

/// What the clocks may differ by.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// How far the store's clock is ahead of ours, if that is too much.
pub(super) fn gap(context: &Context<'_>) -> Option<TimeDelta> {
    context.live.ahead.filter(|ahead| ahead.abs() > TOLERANCE)
}

/// The time by the store's clock, or by ours if the store has not said it.
pub(super) fn of_store(context: &Context<'_>) -> Instant {
    let ahead = context.live.ahead.unwrap_or_default();
    context.now.checked_add_signed(ahead).unwrap_or(context.now)
}

/// The first generation of a key that was created in the future of both clocks.
pub(super) fn from_the_future<'a>(context: &Context<'_>, found: &Found<'a>) -> Option<&'a LiveObject> {
    let latest = context.now.max(of_store(context)).checked_add_signed(TOLERANCE)?;
    let mut generations = std::iter::once(found.live).chain(found.older.iter().copied());
    generations.find(|key| key.created.is_some_and(|created| created > latest))
}

/// Whether the age of the generations of a key is not certain.
pub(super) fn is_doubtful(context: &Context<'_>, found: &Found<'_>) -> bool {
    gap(context).is_some() || from_the_future(context, found).is_some()
}
