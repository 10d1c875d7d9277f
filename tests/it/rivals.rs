//! Lag and rivals: random runs against stores whose lists lag, and whose answers are lost, altered or duplicated. One or two
//! runners, with and without a shared database and memory, are killed at any call. They create, move, replace and prune keys,
//! some with values of the store, and an API key. The tables of the emulator decide what is true, not what Keywright prints.
//!
//! A few seeds run in every test. `KEYWRIGHT_RIVALS=1000 cargo test --release --test it rivals -- --nocapture` runs the seeds
//! 0 to 999. A failure prints its seed; `KEYWRIGHT_RIVALS=17-17` repeats seed 17.

mod arena;
mod chaos;
mod declared;
mod oracle;
mod setup;
pub(crate) mod tally;

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Instant;

use self::arena::Arena;
use self::setup::Setup;
use self::tally::Tally;
use crate::runners::server::Postgres;

/// A run mostly waits, so many of them share a processor.
const AT_ONCE: usize = 8;

fn seeds() -> Range<u64> {
    let Ok(text) = std::env::var("KEYWRIGHT_RIVALS") else { return 0..8 };
    let number =
        |text: &str| text.parse::<u64>().expect("KEYWRIGHT_RIVALS must be a number or two, like 1000 or 17-17");
    match text.split_once('-') {
        Some((first, last)) => number(first)..number(last) + 1,
        None => 0..number(&text),
    }
}

#[test]
fn keys_are_never_doubled_lost_or_only_claimed() {
    let (server, seeds, began) = (Postgres::start(), seeds(), Instant::now());
    let (next, total, failures) = (AtomicU64::new(seeds.start), Mutex::new(Tally::default()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= seeds.end {
                        break;
                    }
                    let setup = Setup::of(seed, server.is_some());
                    let mut arena = Arena::new(setup, server.as_ref());
                    if let Err(failure) = arena.fight() {
                        println!("seed {seed} failed: {failure}\n{}\n", arena.describe());
                        failures.lock().unwrap().push(seed);
                    }
                    let mut total = total.lock().unwrap();
                    total.add(&arena.tally());
                    if total.runs.is_multiple_of(50) {
                        println!("after {} s: {total}", began.elapsed().as_secs());
                    }
                }
            });
        }
    });
    println!("{} in {} s", total.lock().unwrap(), began.elapsed().as_secs());
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "seeds {failures:?} failed; KEYWRIGHT_RIVALS=N-N repeats seed N");
}
