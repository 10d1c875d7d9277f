//! The requests that wait for their answers, so that a run that is slow or ends early can name them.
#![expect(clippy::disallowed_methods, reason = "edge: measures how long a request waits")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

thread_local! {
    /// By their order. All requests of a run are made by one thread.
    static REQUESTS: RefCell<BTreeMap<u64, (String, Instant)>> = const { RefCell::new(BTreeMap::new()) };
}

/// One request. Dropped when its answer has arrived.
pub(super) struct InFlight(u64);

/// Records a request by its name, which is safe to print.
pub(super) fn begin(name: String) -> InFlight {
    REQUESTS.with_borrow_mut(|requests| {
        let number = requests.last_key_value().map_or(0, |(last, _)| last + 1);
        requests.insert(number, (name, Instant::now()));
        InFlight(number)
    })
}

impl Drop for InFlight {
    fn drop(&mut self) {
        // While a thread ends, there may be no list any more.
        let _ = REQUESTS.try_with(|requests| {
            if let Ok(mut requests) = requests.try_borrow_mut() {
                requests.remove(&self.0);
            }
        });
    }
}

/// The requests of this thread that wait for their answers, the oldest first, and how long they have waited.
pub fn in_flight() -> Vec<(String, Duration)> {
    let all = REQUESTS.try_with(|requests| {
        let requests = requests.try_borrow().ok()?;
        Some(requests.values().map(|(name, began)| (name.clone(), began.elapsed())).collect())
    });
    all.ok().flatten().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_known_until_their_answers_arrive() {
        let first = begin("GET /members".to_owned());
        let second = begin("GET /packages".to_owned());
        let names = || in_flight().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(), ["GET /members", "GET /packages"]);
        drop(first);
        assert_eq!(names(), ["GET /packages"]);
        let third = begin("GET /roles".to_owned());
        drop(second);
        assert_eq!(names(), ["GET /roles"]);
        drop(third);
        assert!(names().is_empty());
    }
}
