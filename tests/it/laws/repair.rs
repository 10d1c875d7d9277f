//! Manual changes are repaired or reported, and repeated runs are stable.

use keywright::model::Kind;
use proptest::prelude::*;

use super::bench::Bench;
use super::bench::found;
use super::bench::valid;
use super::edits;
use super::locate::locate;
use super::settings::settings;
use super::settled::short;
use super::tape::tapes;
use super::world::world;

proptest! {
    #![proptest_config(super::cases(112))]

    #[test]
    fn manual_edits_are_repaired_or_reported(world in world(), edits in tapes(1, 8), settings in settings()) {
        let mut bench = Bench::new();
        let ready = valid(&world, &settings)?;
        prop_assume!(bench.apply(&ready, &settings).is_some());
        for mut tape in edits {
            edits::edit(&bench, &mut tape);
        }
        let Some(applied) = bench.apply(&ready, &settings) else { return Ok(()) };
        let again = bench.plan(&ready, &settings, true);
        let reported = found(&again.diagnostics) + &found(&again.left_out()) + &found(&again.stopped);
        prop_assert!(applied.outcome.all_done(), "{}{:#?}", short(&applied.planned.plan), applied.outcome.results);
        prop_assert!(again.plan.is_empty(), "it flaps:\n{}\n{reported}", short(&again.plan));
        let live = bench.live();
        for object in locate(&world, &live) {
            // Another hand renamed the application that holds this value, and the service takes it from no other one.
            let is_taken = reported.contains(&format!("error CAM-085: {} has the value", object.name));
            if object.live.is_empty() && is_taken {
                continue;
            }
            prop_assert!(!object.live.is_empty(), "{} was not repaired\n{reported}", object.name);
            for (field, wished) in object.fields.iter().filter(|_| object.live.len() == 1) {
                let there = object.live[0].attributes.get(field);
                let is_met = there.map_or_else(|| wished.is_empty(), |there| there == wished);
                prop_assert!(is_met, "{} {field}: {there:?} instead of {wished:?}", object.name);
            }
        }
        // Every object in the store is declared, unmanaged or kept, and it is counted; or a finding says that it is left out.
        for kind in Kind::ALL.into_iter().filter(|_| again.held.is_empty()) {
            let left = again.plan.left_alone.get(&kind).copied().unwrap_or(0);
            let kept = again.plan.kept.iter().filter(|kept| kept.address.kind() == kind).count();
            let same = again.plan.unchanged.get(&kind).copied().unwrap_or(0);
            prop_assert_eq!(left + kept + same, live.of(kind).len(), "{} are not all counted", kind.plural());
        }
    }
}
