//! A thousand random years of rotation: places that break, successors that wait for approval, missed runs, wrong clocks,
//! crashes, lost or old memory, other hands, and two runners at once. The tables of the store and the files decide what is
//! true, not what Keywright prints; `oracle.rs` says what must be true.
//!
//! A few seeds run in every test. `KEYWRIGHT_YEARS=1000 cargo test --release --test it years -- --nocapture` runs the seeds 0
//! to 999. A failure prints its seed and its story; `KEYWRIGHT_YEARS=17-17` repeats seed 17. What a killed run has done by
//! then depends on the machine, and so can the rest of its year.
//!
//! Seen to fail: with a rotation that counts the overlap from the creation of the successor or the grace from the end of the
//! overlap, retires behind a key that waits for approval or is delivered nowhere, deletes a key that still works, makes keys
//! without end while a place is broken, or writes a value that does not work over one that does.

mod events;
mod hands;
mod oracle;
mod places;
mod runs;
mod settling;
mod setup;
mod year;

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Instant;

use self::setup::Setup;
use self::year::Year;
use crate::rivals::tally::Tally;

/// A run mostly waits for the disk.
const AT_ONCE: usize = 4;

fn seeds() -> Range<u64> {
    let Ok(text) = std::env::var("KEYWRIGHT_YEARS") else { return 0..12 };
    let number = |text: &str| text.parse::<u64>().expect("KEYWRIGHT_YEARS must be a number or two, like 1000 or 17-17");
    match text.split_once('-') {
        Some((first, last)) => number(first)..number(last) + 1,
        None => 0..number(&text),
    }
}

#[test]
fn no_caller_is_cut_off_by_a_rotation() {
    let (seeds, began) = (seeds(), Instant::now());
    let (next, total, failures) = (AtomicU64::new(seeds.start), Mutex::new(Tally::default()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= seeds.end {
                        break;
                    }
                    let mut year = Year::new(Setup::of(seed));
                    if let Err(failure) = year.pass() {
                        println!("seed {seed} failed: {failure}\n{}\nseed {seed} failed: {failure}\n", year.describe());
                        failures.lock().unwrap().push(seed);
                    }
                    let mut total = total.lock().unwrap();
                    total.add(&year.tally);
                    if total.runs.is_multiple_of(50) {
                        println!("after {} s: {total}", began.elapsed().as_secs());
                    }
                }
            });
        }
    });
    println!("{} in {} s", total.lock().unwrap(), began.elapsed().as_secs());
    let mut failures = failures.into_inner().unwrap();
    failures.sort_unstable();
    assert!(failures.is_empty(), "seeds {failures:?} failed; KEYWRIGHT_YEARS=N-N repeats seed N");
}
