//! Generations of a key: when the next one is created, and when old ones are disabled and deleted.

use chrono::TimeDelta;

use crate::model::Instant;
use crate::model::LiveObject;
use crate::model::Rotation;

/// What is due for the generations of one key.
#[derive(Default)]
pub struct Due<'a> {
    /// Age of the current key in seconds, if its successor is due.
    pub next: Option<i64>,
    /// Old keys whose overlap is over.
    pub disable: Vec<&'a LiveObject>,
    /// Old keys whose grace is over.
    pub delete: Vec<&'a LiveObject>,
    /// The other old keys, and what happens to them next.
    pub waiting: Vec<(&'a LiveObject, Wait)>,
}

/// What an old key waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wait {
    /// It is disabled at this time.
    Disable(Instant),
    /// It is deleted at this time.
    Delete(Instant),
    /// Callers cannot use its successor, because of this.
    Successor(&'static str),
    /// It is never retired without a change of the manifests, because of this.
    Kept(&'static str),
}

/// What is due at `now`. `delivered` says since when the value of the current key is at all its places; `None` if that is not
/// certain. Keys of unknown age do not change.
///
/// Callers lose nothing only if they have the value of a key that works, so the older keys wait for that of the current one:
/// the overlap counts from its delivery, and the grace from the last update of the old key, which is not before the
/// disabling. A run that comes late takes one step at a time for the same reason.
pub fn due<'a>(
    rotation: Rotation,
    current: &LiveObject,
    delivered: Option<Instant>,
    older: &[&'a LiveObject],
    now: Instant,
) -> Due<'a> {
    let next = age(current, now).filter(|age| *age >= rotation.every);
    let mut due = Due { next, ..Due::default() };
    // Without its age, a key could be the newest.
    let is_dated = std::iter::once(current).chain(older.iter().copied()).all(|key| key.created.is_some());
    let unusable = why_unusable(current, now).or((!is_dated).then_some("not certain: a key has no date of creation"));
    let since = match (unusable, delivered) {
        (None, Some(since)) => since,
        (why, _) => {
            let why = why.unwrap_or("not known to be delivered; see --deliver");
            due.waiting = older.iter().map(|old| (*old, Wait::Successor(why))).collect();
            return due;
        }
    };
    for &old in older {
        if old.attributes.text("settings.status") != Some("disabled") {
            let end = later(since, rotation.overlap);
            if end <= now { due.disable.push(old) } else { due.waiting.push((old, Wait::Disable(end))) }
        } else if let Some(updated) = old.updated {
            let end = later(since, rotation.overlap + rotation.grace).max(later(updated, rotation.grace));
            if end <= now { due.delete.push(old) } else { due.waiting.push((old, Wait::Delete(end))) }
        }
    }
    due
}

/// Why calls with a key fail. A key that waits for approval, or that a person disabled, replaces none.
pub fn why_unusable(key: &LiveObject, now: Instant) -> Option<&'static str> {
    let today = now.format("%Y-%m-%d").to_string();
    // Dates in this form are ordered as texts; `never` comes after all of them.
    if key.attributes.text("expires").is_some_and(|date| *date < *today) {
        return Some("past its end");
    }
    match key.attributes.text("settings.status") {
        _ if !key.unread.is_empty() => Some("not understood (CAM-066)"),
        _ if key.attributes.text("plan").is_none() => Some("without a package plan"),
        Some("active") => None,
        Some("waiting") => Some("waiting for approval"),
        _ => Some("not active"),
    }
}

/// A time beyond the calendar never comes.
fn later(then: Instant, seconds: i64) -> Instant {
    then.checked_add_signed(TimeDelta::seconds(seconds)).unwrap_or(Instant::MAX_UTC)
}

/// Seconds since the key was created, never negative. `None` if the store did not return the date.
fn age(key: &LiveObject, now: Instant) -> Option<i64> {
    key.created.map(|created| (now - created).max(TimeDelta::zero()).num_seconds())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Address;
    use crate::model::Attributes;
    use crate::model::LiveId;
    use crate::model::Value;

    const DAY: i64 = 86_400;
    const ROTATION: Rotation = Rotation { every: 90 * DAY, overlap: 14 * DAY, grace: 7 * DAY };

    fn at(day: i64) -> Instant {
        Instant::from_timestamp(day * DAY, 0).unwrap()
    }

    fn key(id: &str, made: Option<i64>, status: &str) -> LiveObject {
        LiveObject {
            address: Address::key(id),
            id: LiveId::new(id),
            name: "".into(),
            parent: None,
            parent_id: None,
            attributes: Attributes::from_iter([
                ("plan", Value::text("gold")),
                ("settings.status", Value::text(status)),
            ]),
            created: made.map(at),
            updated: None,
            key: None,
            unread: std::collections::BTreeSet::new(),
        }
    }

    fn due_at<'a>(current: &LiveObject, older: &[&'a LiveObject], day: i64) -> Due<'a> {
        due(ROTATION, current, current.created, older, at(day))
    }

    #[test]
    fn the_next_key_is_created_when_the_current_one_is_old_enough() {
        let current = key("a", Some(0), "active");
        assert_eq!(due_at(&current, &[], 89).next, None);
        assert_eq!(due_at(&current, &[], 90).next, Some(90 * DAY));
        assert_eq!(due_at(&key("a", None, "active"), &[], 900).next, None);
        assert_eq!(due_at(&key("a", Some(10), "active"), &[], 0).next, None);
    }

    #[test]
    fn an_old_key_is_disabled_after_the_overlap_and_deleted_after_the_grace() {
        let current = key("new", Some(100), "active");
        let active = key("old", Some(0), "active");
        let disabled = |day| LiveObject { updated: Some(at(day)), ..key("old", Some(0), "disabled") };
        let check = |old: &LiveObject, day: i64| {
            let due = due_at(&current, &[old], day);
            (due.disable.len(), due.delete.len())
        };
        assert_eq!(check(&active, 113), (0, 0));
        assert_eq!(check(&active, 114), (1, 0));
        assert_eq!(check(&active, 500), (1, 0), "never deleted before it is disabled");
        assert_eq!(check(&disabled(114), 120), (0, 0));
        assert_eq!(check(&disabled(114), 121), (0, 1));
        assert_eq!(check(&disabled(400), 401), (0, 0), "the grace counts from the disabling");
        assert_eq!(check(&disabled(400), 407), (0, 1));
        assert_eq!(check(&disabled(50), 120), (0, 0), "a person disabled it before");
        assert_eq!(check(&key("old", Some(0), "disabled"), 900), (0, 0), "disabled at an unknown time");
    }

    /// Nothing is retired behind a key that callers cannot use or do not have.
    #[test]
    fn an_old_key_stays_while_its_successor_is_of_no_use() {
        let old = key("old", Some(0), "active");
        let retired = |current: &LiveObject, delivered| {
            let due = due(ROTATION, current, delivered, &[&old], at(900));
            due.disable.len() + due.delete.len()
        };
        let current = |status| key("new", Some(100), status);
        assert_eq!(retired(&current("active"), Some(at(100))), 1);
        assert_eq!(retired(&current("active"), None), 0);
        assert_eq!(retired(&current("active"), Some(at(899))), 0);
        assert_eq!(retired(&current("waiting"), Some(at(100))), 0);
        assert_eq!(retired(&current("disabled"), Some(at(100))), 0);
        let mut ended = current("active");
        ended.attributes.insert("expires", Value::text("1971-01-01"));
        assert_eq!(retired(&ended, Some(at(100))), 0);
        let mut without_plan = current("active");
        without_plan.attributes.remove("plan");
        assert_eq!(retired(&without_plan, Some(at(100))), 0);
        let undated = LiveObject { created: None, ..key("old", None, "active") };
        assert!(due(ROTATION, &current("active"), Some(at(100)), &[&undated], at(900)).disable.is_empty());
        let due = due(ROTATION, &current("waiting"), Some(at(100)), &[&old], at(900));
        assert_eq!(due.waiting[0].1, Wait::Successor("waiting for approval"));
    }
}
