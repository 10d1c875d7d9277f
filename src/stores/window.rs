//! The time in which a store may not show what was just written (`limits.visibilityLag`).

use std::time::Duration;

use tokio::time::Instant;

use super::in_flight;
use super::time_limits::TimeLimits;

/// The first pause is this part of the window; the pauses double.
const FIRST: u32 = 120;

/// The longest pause is this part of the window, so that about ten looks fit into it.
const LONGEST: u32 = 6;

/// Repeated looks at a store, until it shows something or the window is over.
pub struct Window {
    length: Duration,
    began: Instant,
    looks: u32,
    limits: TimeLimits,
}

impl Window {
    /// A window that begins now. It also ends with the run.
    pub fn new(length: Duration, limits: TimeLimits) -> Self {
        Self { length, began: Instant::now(), looks: 0, limits }
    }

    /// Waits before the next look. `false` after the look that ended the window: then at least two looks, apart from each
    /// other, have not shown it, or the time of the run is over, after which nothing is written. A window without length
    /// allows one look.
    pub async fn next_look(&mut self) -> bool {
        self.looks += 1;
        match pause(self.length, self.began.elapsed(), self.looks) {
            Some(pause) => {
                let _waits = in_flight::begin("the store to show what was written".to_owned());
                self.limits.within(tokio::time::sleep(pause)).await.is_some()
            }
            None => false,
        }
    }
}

/// The pause after `looks` looks, `elapsed` after the beginning. `None` if the window is over.
fn pause(length: Duration, elapsed: Duration, looks: u32) -> Option<Duration> {
    if length.is_zero() || (elapsed >= length && looks > 1) {
        return None;
    }
    let doubled = (length / FIRST).saturating_mul(1_u32.checked_shl(looks.saturating_sub(1)).unwrap_or(u32::MAX));
    Some(doubled.min(length / LONGEST).min(length.saturating_sub(elapsed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn about_ten_looks_fit_into_a_window_of_any_length() {
        for seconds in [1, 60, 600] {
            let mut window = Window::new(Duration::from_secs(seconds), TimeLimits::default());
            let began = Instant::now();
            let mut looks = 1;
            while window.next_look().await {
                looks += 1;
            }
            assert_eq!(began.elapsed().as_secs(), seconds);
            assert!((9..=13).contains(&looks), "{looks}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_ends_with_the_run() {
        let limits = TimeLimits::new(None, Some(Duration::from_secs(10)));
        let (began, mut window) = (Instant::now(), Window::new(Duration::from_mins(1), limits));
        while window.next_look().await {}
        assert_eq!(began.elapsed().as_secs(), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_lag_one_look_is_enough() {
        let began = Instant::now();
        assert!(!Window::new(Duration::ZERO, TimeLimits::default()).next_look().await);
        assert!(began.elapsed().is_zero());
    }
}
