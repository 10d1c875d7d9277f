//! Laws: what holds for every world, shown on many random ones.

mod bench;
mod change;
mod edits;
mod exporting;
mod faults;
mod faulty;
mod fields;
mod known;
mod layout;
mod locate;
mod order;
mod repair;
mod secrecy;
mod settings;
mod settled;
mod tape;
mod untouched;
mod world;

use proptest::prelude::ProptestConfig;

/// So many cases, or as many times more as `PROPTEST_CASES` is above its usual 256.
fn cases(usual: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: usual * config.cases / 256, max_shrink_iters: 4_096, ..config }
}
