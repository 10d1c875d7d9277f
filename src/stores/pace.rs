//! Limits calls of a remote store: their rate, their number, and how many are in flight.

use std::fmt;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::sync::SemaphorePermit;
use tokio::time::Instant;

use super::time_limits::AUDIBLE;
use super::time_limits::TimeLimits;
use crate::database::Guard;
use crate::store::Refusal;

/// Calls are spread this much further apart than the rate requires, because the network can bring two calls closer
/// together, into the same second of the server's clock. At low rates one call is a larger share of the slack.
const fn slack(per_second: f64) -> f64 {
    if per_second < 10.0 { 1.05 } else { 1.02 }
}

/// How late a call can be without delaying the next ones. After a longer stall, the waiting calls would all go out at
/// once, and the server would count them in one second.
const LATE: Duration = Duration::from_millis(15);

/// Spreads the calls of one store evenly: a token bucket of size one, because the server counts a burst in one second.
pub(super) struct Pace {
    state: Mutex<State>,
    in_flight: Semaphore,
    /// Held by the next call, to keep calls in the order in which they were requested.
    next: tokio::sync::Mutex<()>,
    /// Whether the run still holds its lock; `None` if it cannot lose it.
    lock: Option<Guard>,
    limits: TimeLimits,
}

struct State {
    next: Instant,
    gap: Duration,
    calls: u64,
    most_calls: Option<u64>,
    /// The end of the last pause that was announced.
    announced: Instant,
}

impl State {
    /// Takes the slot at `at`, unless it was postponed.
    fn take(&mut self, at: Instant) -> bool {
        if self.next > at {
            return false;
        }
        let on_time = Instant::now().checked_sub(LATE).map_or(at, |earliest| at.max(earliest));
        self.next = on_time + self.gap;
        true
    }
}

/// Why no more calls are made.
enum Closed {
    /// The limit of calls is reached.
    Spent { calls: u64 },
    /// Another run may be active.
    LockLost { cause: String },
    /// The time of the run is over.
    TimeOver,
}

impl Closed {
    /// Why the request `name` is not sent.
    fn refusal(self, name: &impl fmt::Display) -> Refusal {
        match self {
            Self::Spent { calls } => {
                Refusal::unavailable(format!("`callsPerDay` is used up after {}", crate::text::count(calls, "call")))
                    .help("run again tomorrow, or raise callsPerDay in keywright.yaml")
            }
            Self::LockLost { cause } => {
                Refusal::unavailable(format!("the workspace lock was lost: {cause}; another run may be active"))
                    .help("see `keywright runs`; when no other run is active, plan and apply again")
            }
            Self::TimeOver => {
                Refusal::unavailable(format!("{name} was not sent: the time limit of the run (--max-time) is over"))
                    .help("run again to continue, or raise --max-time; completed changes are kept")
            }
        }
    }
}

/// One call in flight. Dropped when its answer has arrived.
pub(super) struct Turn<'a> {
    _permit: Option<SemaphorePermit<'a>>,
}

impl Pace {
    /// `per_second` is above 0.
    pub(super) fn new(per_second: f64, most_calls: Option<u64>, concurrency: usize) -> Self {
        let now = Instant::now();
        let state = State { next: now, gap: gap(per_second), calls: 0, most_calls, announced: now };
        Self {
            state: Mutex::new(state),
            in_flight: Semaphore::new(concurrency.max(1)),
            next: tokio::sync::Mutex::default(),
            lock: None,
            limits: TimeLimits::default(),
        }
    }

    /// From now on, calls are made only while the run holds its lock.
    pub(super) fn guarded_by(&mut self, lock: Guard) {
        self.lock = Some(lock);
    }

    async fn check_lock(&self) -> Result<(), Closed> {
        let Some(lock) = &self.lock else { return Ok(()) };
        lock.check().await.map_err(|cause| Closed::LockLost { cause })
    }

    pub(super) const fn limited_to(&mut self, limits: TimeLimits) {
        self.limits = limits;
    }

    /// Waits until the next call can go out, at most until the run must end, then calls `prepare` for what could become
    /// outdated during the wait, for example a token. Later calls wait for it too: otherwise they would all go out at
    /// once after it. `name` is the request that waits.
    pub(super) async fn turn<T>(
        &self,
        name: &impl fmt::Display,
        prepare: impl AsyncFn() -> Result<T, Refusal>,
    ) -> Result<(Turn<'_>, T), Refusal> {
        let over = || Err(Closed::TimeOver.refusal(name));
        if self.limits.is_over() {
            return over();
        }
        Box::pin(self.limits.within(self.next_turn(name, prepare))).await.unwrap_or_else(over)
    }

    async fn next_turn<T>(
        &self,
        name: &impl fmt::Display,
        prepare: impl AsyncFn() -> Result<T, Refusal>,
    ) -> Result<(Turn<'_>, T), Refusal> {
        let refused = |closed: Closed| closed.refusal(name);
        // The semaphore is never closed; without a permit, there would only be one call too many in flight.
        let permit = self.in_flight.acquire().await.ok();
        let _next = self.next.lock().await;
        self.check_lock().await.map_err(refused)?;
        self.count().map_err(refused)?;
        loop {
            let at = self.with(|state| state.next);
            tokio::time::sleep_until(at).await;
            let prepared = prepare().await?;
            // The lock may have been lost during the wait.
            self.check_lock().await.map_err(refused)?;
            // `hold` may have postponed the next call in the meantime.
            if self.with(|state| state.take(at)) {
                return Ok((Turn { _permit: permit }, prepared));
            }
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn count(&self) -> Result<(), Closed> {
        self.with(|state| {
            if state.most_calls.is_some_and(|most| state.calls >= most) {
                return Err(Closed::Spent { calls: state.calls });
            }
            state.calls += 1;
            Ok(())
        })
    }

    /// Slows down to the rate that the server allows; a slower pace is kept.
    pub(super) fn tighten(&self, per_second: f64) {
        self.with(|state| state.gap = state.gap.max(gap(per_second)));
    }

    /// Makes no calls for a while, because the server was called too often or asks to wait. Returns whether to announce
    /// the pause: many calls in flight can be answered in the same way.
    pub(super) fn hold(&self, pause: Duration) -> bool {
        self.with(|state| {
            let until = Instant::now() + pause;
            state.next = state.next.max(until);
            let is_news = pause >= AUDIBLE && until >= state.announced + AUDIBLE;
            if is_news {
                state.announced = until;
            }
            is_news
        })
    }

    /// Calls per second, with the slack.
    pub(super) fn per_second(&self) -> f64 {
        1.0 / self.with(|state| state.gap).as_secs_f64()
    }

    /// Calls so far.
    pub(super) fn calls(&self) -> u64 {
        self.with(|state| state.calls)
    }
}

/// The time between two calls, for rates from one call per day to ten thousand per second.
fn gap(per_second: f64) -> Duration {
    let rate = per_second.clamp(1.0 / 86_400.0, 10_000.0);
    Duration::from_secs_f64(slack(rate) / rate)
}

#[cfg(test)]
mod tests {
    use tokio::sync::watch;

    use super::*;
    use crate::database::Holding;
    use crate::workspace::Limits;

    const NAME: &str = "GET /apis";

    async fn turn(pace: &Pace) -> Result<Turn<'_>, Refusal> {
        Ok(pace.turn(&NAME, async || Ok(())).await?.0)
    }

    async fn reason(pace: &Pace) -> String {
        turn(pace).await.err().unwrap().reason
    }

    fn said(closed: Closed) -> String {
        closed.refusal(&NAME).reason
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_calls_than_allowed() {
        for rate in [1_u32, 2, 10, 100] {
            let pace = Pace::new(f64::from(rate), None, 8);
            let mut times = Vec::new();
            for _ in 0..rate * 3 {
                drop(turn(&pace).await);
                times.push(Instant::now());
            }
            for (index, start) in times.iter().enumerate() {
                let within = times[index..].iter().filter(|at| **at - *start < Duration::from_secs(1)).count();
                assert!(within <= rate as usize, "{within} calls in one second, but only {rate} are allowed");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_calls_take_little_longer_than_the_rate_requires() {
        const LATENCY: Duration = Duration::from_millis(40);
        for rate in [10_u32, 50, 200] {
            let limits = Limits { calls_per_second: f64::from(rate), ..Limits::default() };
            let pace = Pace::new(limits.calls_per_second, None, limits.in_flight());
            let (began, times) = (Instant::now(), Mutex::new(Vec::new()));
            let call = async |_: u32| {
                let _turn = turn(&pace).await;
                times.lock().unwrap().push(Instant::now());
                tokio::time::sleep(LATENCY).await;
            };
            futures_util::future::join_all((0..1_000).map(call)).await;
            let (least, took) = (1_000.0 / f64::from(rate), (Instant::now() - began).as_secs_f64());
            assert!(took <= least * 1.03, "{took} s at {rate} calls per second");
            let times = times.into_inner().unwrap();
            let second = Duration::from_secs(1);
            let within = |at: &Instant| times.iter().filter(|other| *other >= at && **other - *at < second).count();
            assert!(times.iter().all(|at| within(at) <= rate as usize), "too fast at {rate} calls per second");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_pace_is_kept_and_only_ever_tightened() {
        let pace = Pace::new(10.0, None, 8);
        let began = Instant::now();
        for _ in 0..11 {
            drop(turn(&pace).await);
        }
        assert_eq!((Instant::now() - began).as_millis(), 1_020);
        pace.tighten(100.0);
        drop(turn(&pace).await);
        assert_eq!((Instant::now() - began).as_millis(), 1_122);
        pace.tighten(1.0);
        for _ in 0..2 {
            drop(turn(&pace).await);
        }
        assert!((Instant::now() - began).as_millis() >= 2_172);
        assert!(pace.hold(Duration::from_secs(5)));
        assert!(!pace.hold(Duration::from_secs(6)), "the same pause, asked for by another call");
        drop(turn(&pace).await);
        assert!((Instant::now() - began).as_secs() >= 7);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_ends_with_the_run() {
        let mut pace = Pace::new(1000.0, None, 1);
        pace.limited_to(TimeLimits::new(None, Some(Duration::from_secs(10))));
        assert!(turn(&pace).await.is_ok());
        pace.hold(Duration::from_hours(1));
        let began = Instant::now();
        assert_eq!(reason(&pace).await, said(Closed::TimeOver));
        assert_eq!((Instant::now() - began).as_secs(), 10);
        assert_eq!(reason(&pace).await, said(Closed::TimeOver));
    }

    #[tokio::test(start_paused = true)]
    async fn a_day_has_only_so_many_calls() {
        let pace = Pace::new(1000.0, Some(3), 1);
        for _ in 0..3 {
            assert!(turn(&pace).await.is_ok());
        }
        assert_eq!(reason(&pace).await, said(Closed::Spent { calls: 3 }));
        assert_eq!(pace.calls(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_called_while_the_lock_is_uncertain() {
        let (sender, lock) = watch::channel(Holding::Held);
        let mut pace = Pace::new(1000.0, None, 1);
        pace.guarded_by(Guard::Server(lock));
        assert!(turn(&pace).await.is_ok());
        sender.send(Holding::Unknown).unwrap();
        let waits = tokio::time::timeout(Duration::from_secs(5), turn(&pace));
        assert!(waits.await.is_err(), "a call was made");
        sender.send(Holding::Held).unwrap();
        assert!(turn(&pace).await.is_ok());
        sender.send(Holding::Lost).unwrap();
        assert_eq!(
            reason(&pace).await,
            said(Closed::LockLost { cause: "another run took it, or the database server did not return".to_owned() })
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_prepared_slowly_delays_the_calls_and_does_not_bunch_them() {
        let pace = Pace::new(10.0, None, 8);
        let times = Mutex::new(Vec::new());
        let call = async |number: u32| {
            let prepare = async || {
                tokio::time::sleep(Duration::from_secs(if number == 0 { 3 } else { 0 })).await;
                Ok(Instant::now())
            };
            let (_turn, prepared) = pace.turn(&NAME, prepare).await.unwrap();
            assert_eq!(prepared, Instant::now(), "prepared before the wait");
            times.lock().unwrap().push(prepared);
        };
        futures_util::future::join_all((0..8).map(call)).await;
        let times = times.into_inner().unwrap();
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_millis(80)), "{times:?}");
    }
}
