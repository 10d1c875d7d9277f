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
}

/// What is due at `now`. `older` is sorted newest first. Keys of unknown age do not change.
pub fn due<'a>(rotation: Rotation, current: &LiveObject, older: &[&'a LiveObject], now: Instant) -> Due<'a> {
    let mut due = Due { next: age(current, now).filter(|age| *age >= rotation.every), ..Due::default() };
    let mut successor = current;
    for &old in older {
        // An old key is superseded since its successor was created.
        if let Some(superseded) = age(successor, now) {
            let status = old.attributes.text("settings.status");
            if superseded >= rotation.overlap + rotation.grace && status == Some("disabled") {
                due.delete.push(old);
            } else if superseded >= rotation.overlap && status != Some("disabled") {
                due.disable.push(old);
            }
        }
        successor = old;
    }
    due
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
            attributes: Attributes::from_iter([("settings.status", Value::text(status))]),
            created: made.map(at),
            updated: None,
            key: None,
            unread: std::collections::BTreeSet::new(),
        }
    }

    fn ids(keys: &[&LiveObject]) -> Vec<String> {
        keys.iter().map(|key| key.address.name()).collect()
    }

    #[test]
    fn the_next_key_is_created_when_the_current_one_is_old_enough() {
        let current = key("a", Some(0), "active");
        assert_eq!(due(ROTATION, &current, &[], at(89)).next, None);
        assert_eq!(due(ROTATION, &current, &[], at(90)).next, Some(90 * DAY));
        assert_eq!(due(ROTATION, &key("a", None, "active"), &[], at(900)).next, None);
        assert_eq!(due(ROTATION, &key("a", Some(10), "active"), &[], at(0)).next, None);
    }

    #[test]
    fn an_old_key_is_disabled_after_the_overlap_and_deleted_after_the_grace() {
        let current = key("new", Some(100), "active");
        let (active, disabled) = (key("old", Some(0), "active"), key("old", Some(0), "disabled"));
        let check = |old: &LiveObject, day: i64| {
            let due = due(ROTATION, &current, &[old], at(day));
            (due.disable.len(), due.delete.len())
        };
        assert_eq!(check(&active, 113), (0, 0));
        assert_eq!(check(&active, 114), (1, 0));
        assert_eq!(check(&active, 500), (1, 0), "never deleted before it is disabled");
        assert_eq!(check(&disabled, 120), (0, 0));
        assert_eq!(check(&disabled, 121), (0, 1));
    }

    #[test]
    fn each_generation_counts_from_its_own_successor() {
        let current = key("c", Some(200), "active");
        let (b, a) = (key("b", Some(100), "active"), key("a", Some(0), "disabled"));
        let due = due(ROTATION, &current, &[&b, &a], at(205));
        assert_eq!((ids(&due.disable), ids(&due.delete)), (vec![], vec!["a".to_owned()]));
        let waiting = key("w", Some(0), "waiting");
        let unknown = key("u", None, "active");
        let due = super::due(ROTATION, &unknown, &[&waiting], at(900));
        assert!(due.disable.is_empty() && due.delete.is_empty());
    }
}
