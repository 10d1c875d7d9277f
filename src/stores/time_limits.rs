//! How long a run may take: each call, each pause that a server asks for, and the whole run.

use std::time::Duration;

use tokio::time::Instant;

/// Time limit for one call, with its whole answer, unless the user sets another one.
const CALL: Duration = Duration::from_mins(1);

/// The longest pause that a run makes because a server asks for it.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_mins(15);

/// Shorter pauses are not announced.
pub(super) const AUDIBLE: Duration = Duration::from_secs(2);

/// The time limits of a run.
#[derive(Clone, Copy)]
pub struct TimeLimits {
    call: Duration,
    /// When the whole run must end.
    end: Option<Instant>,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self::new(None, None)
    }
}

impl TimeLimits {
    /// `call` is the limit of one call, `run` that of the run, which begins now.
    pub fn new(call: Option<Duration>, run: Option<Duration>) -> Self {
        // An end that the clock cannot express is never reached.
        Self { call: call.unwrap_or(CALL), end: run.and_then(|run| Instant::now().checked_add(run)) }
    }

    /// Whether the time of the run is over.
    pub fn is_over(self) -> bool {
        self.left().is_some_and(|left| left.is_zero())
    }

    /// The time that the run has left; `None` if it is not limited.
    pub fn left(self) -> Option<Duration> {
        self.end.map(|end| end.saturating_duration_since(Instant::now()))
    }

    /// The time limit of a call that begins now.
    pub(super) fn of_call(self) -> Duration {
        self.left().map_or(self.call, |left| left.min(self.call))
    }

    /// The longest pause that the run can make now.
    pub(super) fn longest_pause(self) -> Duration {
        self.left().map_or(LONGEST_PAUSE, |left| left.min(LONGEST_PAUSE))
    }

    /// Why a call got no answer in time.
    pub(super) fn cause(self) -> String {
        if self.is_over() {
            return "the time limit of the run (--max-time) is over".to_owned();
        }
        format!("it was not complete after {}", spoken(self.call))
    }

    /// Waits for `work`, but not longer than the run may take.
    pub(super) async fn within<F: Future>(self, work: F) -> Option<F::Output> {
        match self.end {
            Some(end) => tokio::time::timeout_at(end, work).await.ok(),
            None => Some(work.await),
        }
    }
}

/// A duration for people: `30 s`, `15 min`, `24 h`.
pub(super) fn spoken(time: Duration) -> String {
    let seconds = time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0));
    match seconds {
        0..=120 => format!("{seconds} s"),
        121..=7_200 => format!("{} min", seconds.div_ceil(60)),
        7_201..=172_800 => format!("{} h", seconds.div_ceil(3_600)),
        172_801..=31_536_000 => format!("{} days", seconds.div_ceil(86_400)),
        _ => "more than a year".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_and_a_pause_end_with_the_run() {
        let limits = TimeLimits::new(Some(Duration::from_secs(40)), Some(Duration::from_mins(1)));
        assert_eq!((limits.of_call().as_secs(), limits.longest_pause().as_secs()), (40, 60));
        assert_eq!(limits.cause(), "it was not complete after 40 s");
        tokio::time::advance(Duration::from_secs(50)).await;
        assert_eq!((limits.of_call().as_secs(), limits.longest_pause().as_secs(), limits.is_over()), (10, 10, false));
        assert_eq!(limits.within(std::future::ready(1)).await, Some(1));
        assert_eq!(limits.within(std::future::pending::<()>()).await, None);
        assert!(limits.is_over() && limits.cause().contains("--max-time"));
        let unlimited = TimeLimits::new(None, Some(Duration::MAX));
        assert_eq!((unlimited.left(), unlimited.is_over()), (None, false));
    }

    #[test]
    fn durations_are_short_and_never_too_small() {
        let spoken = |seconds| spoken(Duration::from_secs(seconds));
        assert_eq!(
            [1, 120, 121, 7_200, 7_201, 86_400].map(spoken),
            ["1 s", "120 s", "3 min", "120 min", "3 h", "24 h"]
        );
    }
}
