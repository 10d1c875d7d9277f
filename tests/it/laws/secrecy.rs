//! No output contains a secret.

use keywright::model::Kind;
use proptest::prelude::*;

use super::bench::Bench;
use super::bench::valid;
use super::change::two_versions;
use super::edits;
use super::locate::value;
use super::settings::settings;
use super::tape::tapes;

proptest! {
    #![proptest_config(super::cases(80))]

    #[test]
    fn no_output_holds_a_secret(
        (first, second) in two_versions(),
        foreign in tapes(0, 4),
        settings in settings(),
    ) {
        let mut bench = Bench::new();
        bench.output = Some(String::new());
        let mut secrets = std::collections::BTreeSet::new();
        for world in [&first, &second] {
            for mut tape in foreign.iter().cloned() {
                edits::create_foreign(&bench, &mut tape);
            }
            let ready = valid(world, &settings)?;
            secrets.extend(ready.secrets.values.values().map(|secret| secret.expose().to_owned()));
            let _ = bench.apply(&ready, &settings);
            let live = bench.live();
            secrets.extend(live.of(Kind::PackageKey).iter().map(|key| value(key).to_owned()));
            secrets.extend(live.of(Kind::ApiKey).iter().map(|key| key.id.expose().to_owned()));
        }
        let output = bench.output.take().unwrap_or_default();
        prop_assert!(!output.is_empty());
        for secret in secrets.iter().filter(|secret| secret.len() > 5) {
            let at = output.find(secret.as_str());
            let around = at.map_or("", |at| output[..at + secret.len()].lines().last().unwrap_or_default());
            prop_assert!(at.is_none(), "a secret is shown: {around}");
        }
    }
}
