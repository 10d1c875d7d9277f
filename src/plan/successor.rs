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

/// From when on a run creates the successor of a key, and why then.
pub(super) fn due_at(rotation: Rotation, created: Instant) -> (Instant, String) {
    let old = created.checked_add_signed(TimeDelta::seconds(rotation.every)).unwrap_or(Instant::MAX_UTC);
    match since(rotation, created).filter(|asked| *asked < old) {
        Some(asked) => (asked, "it was created before `rotation.since`".to_owned()),
        None => (old, format!("{} after it was created", in_words(rotation.every))),
    }
}

/// A duration in the largest unit in which it is a whole number.
pub fn in_words(seconds: i64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let unit = units.into_iter().find(|(length, _)| seconds % length == 0 && seconds > 0);
    let (length, name) = unit.unwrap_or((1, "second"));
    count(seconds / length, name)
}

/// When `rotation.since` asks for the successor of a key.
fn since(rotation: Rotation, created: Instant) -> Option<Instant> {
    let since = rotation.since.filter(|since| created < *since)?;
    since.checked_add_signed(TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn at(text: &str) -> Instant {
        crate::model::moment::moment(text).unwrap()
    }

    fn rotation(asked: Option<&str>) -> Rotation {
        Rotation { every: 90 * DAY, overlap: 14 * DAY, grace: 0, since: asked.map(at) }
    }

    #[test]
    fn the_earlier_of_age_and_since_decides() {
        let due = |asked, created| in_utc(due_at(rotation(asked), at(created)).0);
        assert_eq!(due(None, "2026-01-01"), "2026-04-01 00:00 UTC");
        assert_eq!(due(Some("2026-02-01"), "2026-01-01"), "2026-02-01 00:05 UTC");
        assert_eq!(due(Some("2026-08-01"), "2026-01-01"), "2026-04-01 00:00 UTC");
        assert_eq!(due(Some("2026-01-01"), "2026-01-01"), "2026-04-01 00:00 UTC", "created at that moment");
    }

    /// The store may date the successor up to five minutes before our time.
    #[test]
    fn a_successor_is_never_older_than_since() {
        let asked = at("2026-02-01");
        let first_run = since(rotation(Some("2026-02-01")), at("2026-01-01")).unwrap();
        let dated_by_the_store = first_run - TimeDelta::minutes(5);
        assert!(dated_by_the_store >= asked);
        assert_eq!(since(rotation(Some("2026-02-01")), dated_by_the_store), None);
    }

    #[test]
    fn durations_in_words() {
        let pairs =
            [(90 * DAY, "90 days"), (DAY, "1 day"), (36 * 3_600, "36 hours"), (90, "90 seconds"), (0, "0 seconds")];
        for (seconds, words) in pairs {
            assert_eq!(in_words(seconds), words);
        }
    }
}
