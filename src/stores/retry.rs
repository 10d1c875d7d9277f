//! Retries with exponential backoff. Jitter adds up to half of each pause and keeps runs apart.

use std::time::Duration;

use crate::randomness;

/// The first pause.
pub(super) const FIRST: Duration = Duration::from_millis(500);

/// The longest pause, without jitter.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// How often a call that exceeds the rate limit is tried.
pub(super) const TRIES_TOO_FAST: u32 = 10;

/// The help for a call that exceeds the rate limit each time.
pub(super) const RATE_HELP: &str =
    "lower callsPerSecond in keywright.yaml; another program may be using the same credentials";

/// The pause after `made` calls that exceeded the rate limit, if the server asks for none.
pub(super) const fn pause_too_fast(made: u32) -> Duration {
    Duration::from_secs(made as u64)
}

/// Calls `attempt` until it succeeds, fails with an error that is not transient, or has been called `tries` times.
pub(super) async fn with_retry<T, E, F: Future<Output = Result<T, E>>>(
    tries: u32,
    is_transient: impl Fn(&E) -> bool,
    mut attempt: impl FnMut() -> F,
) -> Result<T, E> {
    let mut made = 1;
    loop {
        match attempt().await {
            Err(error) if made < tries && is_transient(&error) => wait(FIRST, made).await,
            result => return result,
        }
        made += 1;
    }
}

/// Waits after `made` tries (at least one); the first pause is `first`.
pub(super) async fn wait(first: Duration, made: u32) {
    tokio::time::sleep(pause(first, made)).await;
}

/// The pause after `made` tries.
pub(super) fn pause(first: Duration, made: u32) -> Duration {
    let mut jitter = [0];
    // Without randomness, there is only no jitter.
    let _ = randomness::fill(&mut jitter);
    spread(first, made, jitter[0])
}

fn spread(first: Duration, made: u32, jitter: u8) -> Duration {
    let doubled = first.saturating_mul(1_u32.checked_shl(made.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(MAX_PAUSE).mul_f64(1.0 + f64::from(jitter) / 512.0)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn pauses_double_and_have_jitter_and_a_limit() {
        let milliseconds = |made, jitter| spread(FIRST, made, jitter).as_millis();
        assert_eq!([1, 2, 3, 5].map(|made| milliseconds(made, 0)), [500, 1_000, 2_000, 8_000]);
        assert_eq!([0, 128, 255].map(|jitter| milliseconds(1, jitter)), [500, 625, 749]);
        assert_eq!([milliseconds(0, 0), milliseconds(30, 0), milliseconds(u32::MAX, 0)], [500, 30_000, 30_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn only_transient_errors_are_retried_and_not_forever() {
        let made = Cell::new(0);
        let attempt = |succeeds_at| {
            made.set(made.get() + 1);
            std::future::ready(if made.get() == succeeds_at { Ok(()) } else { Err(()) })
        };
        assert_eq!((with_retry(5, |()| true, || attempt(3)).await, made.replace(0)), (Ok(()), 3));
        assert_eq!((with_retry(5, |()| true, || attempt(9)).await, made.replace(0)), (Err(()), 5));
        assert_eq!((with_retry(5, |()| false, || attempt(9)).await, made.replace(0)), (Err(()), 1));
    }
}
