//! Why a key gets its successor before its age asks for it: `rotation.since` in its manifest.

use chrono::TimeDelta;

use super::Context;
use super::clock;
use crate::matching::Found;
use crate::model::Declared;
use crate::model::Instant;
use crate::model::Rotation;
use crate::model::moment::in_utc;
use crate::rotation::Due;
use crate::text::count;

/// How long after `since` a key is rotated. The store dates the successor by its own clock, which may be so far behind; a
/// successor that is dated before `since` would get a successor in every run.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// Marks the successor of a key as due if its manifest asks for it, and returns the reason of every due successor.
pub(super) fn reason(
    context: &Context<'_>,
    declared: &Declared,
    found: &Found<'_>,
    due: &mut Due<'_>,
) -> Option<String> {
    if due.is_superseded && due.next.is_some() {
        return Some("rotation: the newest generation is gone, and its predecessor was disabled".to_owned());
    }
    if let Some(age) = due.next {
        return Some(format!("rotation: the current key is {} old", count(age / 86_400, "day")));
    }
    if clock::is_doubtful(context, found) {
        return None;
    }
    let (rotation, created) = (declared.key.as_ref()?.rotation?, found.live.created?);
    let asked = since(rotation, created).filter(|at| *at <= context.now)?;
    due.next = Some((context.now - created).num_seconds());
    Some(format!("rotation: the current key was created before {} (`rotation.since`)", in_utc(asked - TOLERANCE)))
}

/// When `rotation.since` asks for the successor of a key.
fn since(rotation: Rotation, created: Instant) -> Option<Instant> {
    let since = rotation.since.filter(|since| created < *since)?;
    since.checked_add_signed(TOLERANCE)
}
