//! Signs of life: a CI system stops a job that writes nothing for minutes, and people stop a run that seems to hang.

use std::pin::pin;
use std::time::Duration;

use tokio::time::Instant;

use crate::stores::Requests;

/// How long a run reports nothing before it shows that it is alive.
pub(super) const BEAT: Duration = Duration::from_secs(10);

/// How often the silence is measured.
const TICK: Duration = Duration::from_secs(1);

/// The time since the run last reported something.
pub(super) struct Silence(Instant);

impl Silence {
    pub(super) fn begin() -> Self {
        Self(Instant::now())
    }

    /// The run has reported something.
    pub(super) fn end(&mut self) {
        self.0 = Instant::now();
    }

    /// Whether it is too long. It then begins anew.
    pub(super) fn is_long(&mut self) -> bool {
        let is_long = self.0.elapsed() >= BEAT;
        if is_long {
            self.end();
        }
        is_long
    }
}

/// Runs `work`, and calls `beat` every second until it ends.
pub(super) async fn with_heartbeat<F: Future>(work: F, mut beat: impl FnMut()) -> F::Output {
    let mut work = pin!(work);
    loop {
        match tokio::time::timeout(TICK, &mut work).await {
            Ok(output) => return output,
            Err(_) => beat(),
        }
    }
}

/// Runs work that reads the stores, and says on standard error that it goes on.
pub(super) async fn reading<F: Future>(work: F) -> F::Output {
    let mut silence = Silence::begin();
    let beat = || {
        if silence.is_long() {
            tracing::warn!("still reading: {}", line());
        }
    };
    with_heartbeat(work, beat).await
}

/// What the run waits for: its oldest request and the number of others. `None` if no request waits.
pub(super) fn waits_for() -> Option<(String, Duration)> {
    oldest(&Requests::of_this_thread())
}

fn oldest(requests: &Requests) -> Option<(String, Duration)> {
    let requests = requests.waiting();
    let (name, waited) = requests.first()?;
    let others = requests.len() - 1;
    let others =
        if others == 0 { String::new() } else { format!(" and {}", crate::text::count(others, "other request*")) };
    Some((format!("{name}{others}"), *waited))
}

/// A line for people.
pub(super) fn line() -> String {
    match waits_for() {
        Some((name, waited)) => format!("waiting for {name} ({} s)", waited.as_secs()),
        None => "waiting for the next call that the rate limit allows".to_owned(),
    }
}

/// What to say when the program ends in a way that it should not; `None` if no request of this thread waits.
pub fn last_words() -> Option<String> {
    last_words_about(&Requests::of_this_thread())
}

/// The same for the requests of a thread.
pub(super) fn last_words_about(requests: &Requests) -> Option<String> {
    let (name, _) = oldest(requests)?;
    Some(format!("In flight: {name}. Writes that were begun are recorded: see `keywright runs`, and plan again."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn long_work_shows_that_it_is_alive() {
        let (mut beats, mut silence) = (0, Silence::begin());
        let work = tokio::time::sleep(BEAT * 3 + BEAT / 2);
        with_heartbeat(work, || beats += u32::from(silence.is_long())).await;
        assert_eq!(beats, 3);
        silence.end();
        with_heartbeat(tokio::time::sleep(BEAT.saturating_sub(TICK)), || beats += u32::from(silence.is_long())).await;
        assert_eq!(beats, 3, "the silence was interrupted");
    }
}
