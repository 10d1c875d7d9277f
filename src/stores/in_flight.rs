//! The requests that wait for their answers, so that a run that is slow or ends early can name them.
#![expect(clippy::disallowed_methods, reason = "edge: measures how long a request waits")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

thread_local! {
    /// All requests of a run are made by one thread.
    static REQUESTS: Requests = Requests::default();
}

/// The requests of a thread that wait for their answers, in their order. Other threads may read them, too.
#[derive(Clone, Default)]
pub struct Requests(Arc<Mutex<BTreeMap<u64, (String, Instant)>>>);

impl Requests {
    /// Those of this thread.
    pub fn of_this_thread() -> Self {
        // While a thread ends, there may be no list any more.
        REQUESTS.try_with(Self::clone).unwrap_or_default()
    }

    /// The oldest first, and how long they have waited. None if the list is being changed, which a panic or a signal may
    /// interrupt.
    pub fn waiting(&self) -> Vec<(String, Duration)> {
        let Ok(requests) = self.0.try_lock() else { return Vec::new() };
        requests.values().map(|(name, began)| (name.clone(), began.elapsed())).collect()
    }
}

/// One request. Dropped when its answer has arrived.
pub(super) struct InFlight {
    requests: Requests,
    number: u64,
}

/// Records a request by its name, which is safe to print.
pub(super) fn begin(name: String) -> InFlight {
    let requests = Requests::of_this_thread();
    let mut number = 0;
    if let Ok(mut waiting) = requests.0.lock() {
        number = waiting.last_key_value().map_or(0, |(last, _)| last + 1);
        waiting.insert(number, (name, Instant::now()));
    }
    InFlight { requests, number }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Ok(mut waiting) = self.requests.0.lock() {
            waiting.remove(&self.number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_known_until_their_answers_arrive() {
        let first = begin("GET /members".to_owned());
        let second = begin("GET /packages".to_owned());
        let names = || Requests::of_this_thread().waiting().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
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
