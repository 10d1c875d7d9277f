//! Trying again: each pause is twice as long as the one before, and up to half as long again by chance, so that several
//! runs that were turned away together do not come back together.
#![expect(clippy::disallowed_methods, reason = "edge: draws the operating system's randomness")]

use std::time::Duration;

/// The first pause between two calls.
pub(super) const FIRST: Duration = Duration::from_millis(500);

/// No pause is longer, but for chance.
const LONGEST: Duration = Duration::from_secs(30);

/// Calls `attempt` until it succeeds, ends with an error that may not pass, or was made `tries` times.
pub(super) async fn with_retry<T, E, F: Future<Output = Result<T, E>>>(
    tries: u32,
    may_pass: impl Fn(&E) -> bool,
    mut attempt: impl FnMut() -> F,
) -> Result<T, E> {
    let mut made = 1;
    loop {
        match attempt().await {
            Err(error) if made < tries && may_pass(&error) => rest(FIRST, made).await,
            ended => return ended,
        }
        made += 1;
    }
}

/// Waits after `made` tries, of which there was at least one; `first` long after the first.
pub(super) async fn rest(first: Duration, made: u32) {
    tokio::time::sleep(pause(first, made)).await;
}

/// How long to wait after `made` tries.
pub(super) fn pause(first: Duration, made: u32) -> Duration {
    let mut chance = [0];
    // Without randomness runs come back together, which is no reason to give up.
    let _ = getrandom::fill(&mut chance);
    spread(first, made, chance[0])
}

fn spread(first: Duration, made: u32, chance: u8) -> Duration {
    let doubled = first.saturating_mul(1_u32.checked_shl(made.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(LONGEST).mul_f64(1.0 + f64::from(chance) / 512.0)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn pauses_double_and_are_spread_and_have_an_end() {
        let milliseconds = |made, chance| spread(FIRST, made, chance).as_millis();
        assert_eq!([1, 2, 3, 5].map(|made| milliseconds(made, 0)), [500, 1_000, 2_000, 8_000]);
        assert_eq!([0, 128, 255].map(|chance| milliseconds(1, chance)), [500, 625, 749]);
        assert_eq!([milliseconds(0, 0), milliseconds(30, 0), milliseconds(u32::MAX, 0)], [500, 30_000, 30_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_may_pass_is_tried_again_and_not_for_ever() {
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
