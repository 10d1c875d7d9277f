//! After an apply the plan is empty, and what was written reads back.

use keywright::model::Address;
use keywright::model::Kind;
use keywright::model::LiveObject;
use keywright::outcome::Outcome;
use keywright::plan::Plan;
use keywright::plan::Planned;
use proptest::prelude::*;

use super::bench::Bench;
use super::bench::Ready;
use super::bench::check;
use super::bench::found;
use super::bench::valid;
use super::change::two_versions;
use super::edits;
use super::layout::Layout;
use super::locate::locate;
use super::settings::Settings;
use super::settings::settings;
use super::tape::tapes;
use super::world::world;

/// A plan in short form, for failures.
pub(super) fn short(plan: &Plan) -> String {
    let line = |change: &keywright::plan::Change| {
        let fields: Vec<String> =
            change.fields.iter().map(|f| format!("{} {:?} → {:?}", f.field, f.before, f.after)).collect();
        format!("{} {}: {} ({})\n", change.action, change.address, change.reason, fields.join(", "))
    };
    plan.changes.iter().map(line).collect()
}

pub(super) fn all_done(planned: &Planned, outcome: &Outcome) -> Result<(), TestCaseError> {
    prop_assert!(outcome.all_done(), "{}{:#?}", short(&planned.plan), outcome.results);
    Ok(())
}

/// Planning again finds no changes.
pub(super) fn nothing_to_do(bench: &Bench, ready: &Ready, settings: &Settings) -> Result<(), TestCaseError> {
    let planned = bench.plan(ready, settings, true);
    prop_assert!(planned.plan.is_empty(), "there are more changes:\n{}", short(&planned.plan));
    prop_assert!(!keywright::diagnostic::has_errors(&planned.diagnostics), "{}", found(&planned.diagnostics));
    // `held` may have findings: a key whose value the store created can become ambiguous beside another one (CAM-049).
    prop_assert!(planned.asked.is_empty(), "{}", found(&planned.asked));
    prop_assert!(planned.stopped.is_empty(), "{}", found(&planned.stopped));
    Ok(())
}

proptest! {
    #![proptest_config(super::cases(112))]

    #[test]
    fn a_random_world_is_valid(world in world(), seed in any::<u64>()) {
        let ready = check(&world, Layout::shuffled(seed), &Settings::modest());
        prop_assert!(ready.desired.is_some(), "{}", found(&ready.diagnostics));
    }

    #[test]
    fn an_applied_plan_leaves_no_changes(
        (first, second) in two_versions(),
        foreign in tapes(0, 4),
        settings in settings(),
    ) {
        let mut bench = Bench::new();
        for (world, foreign) in [(&first, &foreign[..]), (&second, &[])] {
            for mut tape in foreign.iter().cloned() {
                edits::create_foreign(&bench, &mut tape);
            }
            let ready = valid(world, &settings)?;
            if let Some(applied) = bench.apply(&ready, &settings) {
                all_done(&applied.planned, &applied.outcome)?;
                nothing_to_do(&bench, &ready, &settings)?;
            }
        }
    }

    #[test]
    fn written_fields_read_back((first, second) in two_versions()) {
        let mut bench = Bench::new();
        let settings = Settings::modest();
        for world in [&first, &second] {
            // A custom value that a key without a manifest has, in an application that went, stops the key (CAM-025).
            let applied = bench.apply(&valid(world, &settings)?, &settings);
            if applied.is_none_or(|applied| keywright::diagnostic::has_errors(&applied.planned.held)) {
                continue;
            }
            let live = bench.live();
            for object in locate(world, &live) {
                prop_assert!(!object.live.is_empty(), "{} is not there", object.name);
                // Of several generations the plan manages the newest, which has no mark.
                for (field, wished) in object.fields.iter().filter(|_| object.live.len() == 1) {
                    let there = object.live[0].attributes.get(field);
                    let is_met = there.map_or_else(|| wished.is_empty(), |there| there == wished);
                    prop_assert!(is_met, "{} {field}: {there:?} instead of {wished:?}", object.name);
                }
            }
        }
    }

    #[test]
    fn a_renamed_object_stays_the_same_object((first, second) in two_versions()) {
        let mut bench = Bench::new();
        let settings = Settings::modest();
        prop_assume!(bench.apply(&valid(&first, &settings)?, &settings).is_some());
        let before = bench.live();
        prop_assume!(bench.apply(&valid(&second, &settings)?, &settings).is_some());
        let after = bench.live();
        let located = locate(&first, &before);
        for object in locate(&second, &after).into_iter().filter(|object| object.kind != Kind::PackageKey) {
            let Some(former) = located.iter().find(|other| (other.kind, other.id) == (object.kind, object.id)) else {
                continue;
            };
            let (Some(former), Some(now)) = (former.live.first(), object.live.first()) else { continue };
            let is_named = former.name == now.name || object.previously.iter().any(|name| **name == *former.name);
            // A name that another object had is not free, and the children of that object do not move.
            let was_there = |address: &Address| before.of(address.kind()).iter().any(|other| other.address == *address);
            let is_elsewhere = now.parent.as_ref().is_some_and(|parent| former.parent.as_ref() != Some(parent) && was_there(parent));
            let beside = |other: &&LiveObject| other.parent == former.parent && other.name == now.name;
            let is_taken =
                was_there(&now.address) || is_elsewhere || before.of(object.kind).iter().any(|other| beside(&other));
            prop_assert!(
                is_taken || !is_named || former.id == now.id,
                "{} was recreated instead of renamed to {}", former.address, now.address
            );
        }
    }
}
