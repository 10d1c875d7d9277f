//! Laws: properties of every world, checked on many random ones.

mod bench;
mod change;
mod consents;
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
mod saved;
mod secrecy;
mod settings;
mod settled;
mod tape;
mod untouched;
mod wire;
mod world;

use keywright::model::services::SERVICES;
use proptest::prelude::ProptestConfig;
use proptest::strategy::Strategy;
use proptest::strategy::ValueTree;
use proptest::test_runner::RngAlgorithm;
use proptest::test_runner::TestRng;
use proptest::test_runner::TestRunner;

/// The number of cases, multiplied if `PROPTEST_CASES` is above its default of 256.
fn cases(usual: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: usual * config.cases / 256, max_shrink_iters: 4_096, ..config }
}

/// The manifests of a random world and of its second version, by name. The same seed gives the same texts.
pub(crate) fn two_random_versions(seed: u64) -> [Vec<(String, String)>; 2] {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), random);
    let (first, second) = change::two_versions().new_tree(&mut runner).expect("a world").current();
    [first, second].map(|mut world| {
        // The services of an area are not made by manifests.
        for plan in &mut world.plans {
            plan.fields.remove(SERVICES);
        }
        layout::render(&world, &mut layout::Layout::plain())
    })
}
