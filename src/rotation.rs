//! Generations of a key: when the next one is created, and when old ones are disabled and deleted.

use chrono::TimeDelta;

use crate::model::Attributes;
use crate::model::Instant;
use crate::model::LiveObject;
use crate::model::Rotation;
use crate::model::moment::day;

/// What is due for the generations of one key.
#[derive(Default)]
pub struct Due<'a> {
    /// Age of the current key in seconds, if its successor is due.
    pub next: Option<i64>,
    /// Whether the current key is an old one, because its successor is gone. Its value never comes back.
    pub is_superseded: bool,
    /// Old keys whose overlap is over.
    pub disable: Vec<&'a LiveObject>,
    /// Old keys whose grace is over.
    pub delete: Vec<&'a LiveObject>,
    /// The other old keys, and what happens to them next.
    pub waiting: Vec<(&'a LiveObject, Wait)>,
    /// From when on the keys of `disable` and `delete` are due.
    pub since: Vec<(&'a LiveObject, Instant)>,
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

/// What is known about the current key besides its own fields.
#[derive(Clone, Copy, Default)]
pub struct Standing<'a> {
    /// Since when its value is at all its places; `None` if that is not certain.
    pub delivered: Option<Instant>,
    /// Why calls with it fail, because of what it depends on.
    pub cut_off: Option<&'static str>,
    /// Its fields after this plan, if that may change them. Callers need it now and then.
    pub left: Option<&'a Attributes>,
}

/// What is due at `now`. Keys of unknown age do not change.
///
/// Callers lose nothing only if they have the value of a key that works, so the older keys wait for that of the current one:
/// the overlap counts from its delivery, and the grace from the last update of the old key, which is not before the
/// disabling. A run that comes late takes one step at a time for the same reason. A current key that ends within an overlap
/// from then leaves its callers without a key, so it retires none.
pub fn due<'a>(
    rotation: Rotation,
    current: &LiveObject,
    Standing { delivered, cut_off, left }: Standing<'_>,
    older: &[&'a LiveObject],
    now: Instant,
) -> Due<'a> {
    let next = age(current, now).filter(|age| *age >= rotation.every);
    let mut due = Due { next, ..Due::default() };
    // Without its age, a key could be the newest.
    let is_dated = std::iter::once(current).chain(older.iter().copied()).all(|key| key.created.is_some());
    let unusable = why_unusable(current, now)
        .or(cut_off)
        .or_else(|| left.and_then(|left| why_unusable_as(current, left, now)))
        .or((!is_dated).then_some("not certain: a key has no date of creation"));
    let since = match (unusable, delivered) {
        (None, Some(since)) => since,
        (why, _) => {
            let why = why.unwrap_or("not known to be delivered; see --deliver");
            due.waiting = older.iter().map(|old| (*old, Wait::Successor(why))).collect();
            return due;
        }
    };
    for &old in older {
        let is_disabled = old.attributes.text("settings.status") == Some("disabled");
        let end = match old.updated {
            _ if !is_disabled => later(since, rotation.overlap),
            Some(updated) => later(since, rotation.overlap + rotation.grace).max(later(updated, rotation.grace)),
            None => continue,
        };
        let last = later(end.max(now), rotation.overlap);
        if ends_before(current, last) || left.is_some_and(|left| end_before(left, last)) {
            due.waiting.push((old, Wait::Successor("about to end")));
        } else if end > now {
            due.waiting.push((old, if is_disabled { Wait::Delete(end) } else { Wait::Disable(end) }));
        } else {
            due.since.push((old, end));
            if is_disabled { due.delete.push(old) } else { due.disable.push(old) }
        }
    }
    due
}

/// Whether calls with a key may succeed, now or when it is approved.
pub fn lives(live: &LiveObject, now: Instant) -> bool {
    live.attributes.text("settings.status") != Some("disabled") && !ends_before(live, now)
}

/// Whether the last day of a key is before that of a time.
pub fn ends_before(key: &LiveObject, time: Instant) -> bool {
    end_before(&key.attributes, time)
}

fn end_before(attributes: &Attributes, time: Instant) -> bool {
    // `never` comes after all days.
    attributes.text("expires").is_some_and(|date| *date < *day(time))
}

/// Why calls with a key fail. A key that waits for approval, or that a person disabled, replaces none.
pub fn why_unusable(key: &LiveObject, now: Instant) -> Option<&'static str> {
    why_unusable_as(key, &key.attributes, now)
}

/// The same, with other fields than it has in the store.
pub fn why_unusable_as(key: &LiveObject, attributes: &Attributes, now: Instant) -> Option<&'static str> {
    why_unfit_as(key, attributes, now).or_else(|| why_off(attributes))
}

/// The same, without its status.
pub fn why_unfit(key: &LiveObject, now: Instant) -> Option<&'static str> {
    why_unfit_as(key, &key.attributes, now)
}

fn why_unfit_as(key: &LiveObject, attributes: &Attributes, now: Instant) -> Option<&'static str> {
    match attributes.text("plan") {
        _ if end_before(attributes, now) => Some("past its end"),
        _ if !key.unread.is_empty() => Some("not understood (CAM-066)"),
        None => Some("without a package plan"),
        Some(_) => None,
    }
}

/// The same, of the status alone.
pub fn why_off(attributes: &Attributes) -> Option<&'static str> {
    match attributes.text("settings.status") {
        Some("active") => None,
        Some("waiting") => Some("waiting for approval"),
        _ => Some("not active"),
    }
}

/// A time beyond the calendar never comes.
pub fn later(then: Instant, seconds: i64) -> Instant {
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
    use crate::model::LiveId;
    use crate::model::Value;

    const DAY: i64 = 86_400;
    const ROTATION: Rotation = Rotation { every: 90 * DAY, overlap: 14 * DAY, grace: 7 * DAY, since: None };

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

    fn delivered(delivered: Option<Instant>) -> Standing<'static> {
        Standing { delivered, ..Standing::default() }
    }

    fn due_at<'a>(current: &LiveObject, older: &[&'a LiveObject], day: i64) -> Due<'a> {
        due(ROTATION, current, delivered(current.created), older, at(day))
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
        let retired = |current: &LiveObject, since| {
            let due = due(ROTATION, current, delivered(since), &[&old], at(900));
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
        assert!(due(ROTATION, &current("active"), delivered(Some(at(100))), &[&undated], at(900)).disable.is_empty());
        let cut_off = Standing { cut_off: Some("of a disabled user"), ..delivered(Some(at(100))) };
        for (current, standing, why) in [
            (current("waiting"), delivered(Some(at(100))), "waiting for approval"),
            (current("active"), cut_off, "of a disabled user"),
        ] {
            let due = due(ROTATION, &current, standing, &[&old], at(900));
            assert_eq!(due.waiting[0].1, Wait::Successor(why));
        }
    }

    /// A successor that ends tomorrow is followed by an outage.
    #[test]
    fn an_old_key_stays_while_its_successor_ends_within_an_overlap() {
        let ending = |day| {
            let mut current = key("new", Some(100), "active");
            current.attributes.insert("expires", Value::text(at(day).format("%Y-%m-%d").to_string()));
            current
        };
        let (active, mut disabled) = (key("old", Some(0), "active"), key("old", Some(0), "disabled"));
        disabled.updated = Some(at(114));
        for (end, day, disables) in [(128, 114, 1), (127, 114, 0), (214, 200, 1), (213, 200, 0)] {
            assert_eq!(due_at(&ending(end), &[&active], day).disable.len(), disables, "{end} {day}");
        }
        for (end, deletes) in [(135, 1), (134, 0)] {
            assert_eq!(due_at(&ending(end), &[&disabled], 121).delete.len(), deletes, "{end}");
        }
        assert_eq!(due_at(&ending(127), &[&active], 101).waiting[0].1, Wait::Successor("about to end"));
    }

    #[test]
    fn a_key_is_of_use_while_it_is_understood_in_a_plan_active_and_not_past_its_last_day() {
        let usable = || key("k", Some(0), "active");
        let with = |field: &'static str, value: &str| {
            let mut key = usable();
            key.attributes.insert(field, Value::text(value));
            key
        };
        let (mut unread, mut without_plan) = (usable(), usable());
        unread.unread.insert("limits".into());
        without_plan.attributes.remove("plan");
        let last_day = |day: i64| with("expires", &at(day).format("%Y-%m-%d").to_string());
        for (key, unfit, unusable) in [
            (usable(), None, None),
            (last_day(100), None, None),
            (last_day(99), Some("past its end"), Some("past its end")),
            (with("expires", "never"), None, None),
            (unread, Some("not understood (CAM-066)"), Some("not understood (CAM-066)")),
            (without_plan, Some("without a package plan"), Some("without a package plan")),
            (with("settings.status", "waiting"), None, Some("waiting for approval")),
            (with("settings.status", "disabled"), None, Some("not active")),
        ] {
            assert_eq!((why_unfit(&key, at(100)), why_unusable(&key, at(100))), (unfit, unusable));
        }
    }
}
