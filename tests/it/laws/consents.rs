//! With consent for a random part of a plan, the rest is held back whole: what is applied depends on nothing that is held
//! back, and a later run with all consents completes it.

use std::collections::BTreeSet;

use keywright::model::Address;
use keywright::model::Kind;
use keywright::model::Live;
use keywright::model::LiveObject;
use keywright::model::Value;
use keywright::outcome::ChangeResult;
use keywright::plan::Action;
use keywright::plan::Change;
use keywright::plan::MaxDelete;
use keywright::plan::Options;
use proptest::prelude::*;

use super::bench::Bench;
use super::bench::valid;
use super::change::two_versions;
use super::edits;
use super::faults::Fault;
use super::settings::settings;
use super::settled::nothing_to_do;
use super::settled::short;
use super::tape::tape;
use super::tape::tapes;

fn objects(live: &Live) -> impl Iterator<Item = &LiveObject> {
    Kind::ALL.into_iter().flat_map(|kind| live.of(kind))
}

/// The fields that changes of other objects cannot change: a disabled user disables keys, a renamed plan renames itself in
/// its keys.
fn own_fields(object: &LiveObject) -> Vec<(String, Value)> {
    let is_own = |field: &str| object.key.is_none() || !matches!(field, "plan" | "settings.status");
    let fields = object.attributes.iter().filter(|(field, _)| is_own(field));
    fields.map(|(field, value)| (field.to_string(), value.clone())).collect()
}

/// Whether a key is in the store under the address of its manifest cannot be asked; other objects can.
fn is_there(live: &Live, address: &Address) -> bool {
    objects(live).any(|object| object.address == *address)
}

fn is_untouched(change: &Change, before: &Live, after: &Live) -> Result<(), TestCaseError> {
    let Some(id) = change.live_id() else {
        prop_assert!(!is_there(after, &change.address), "{} was created", change.address);
        return Ok(());
    };
    let find = |live: &Live| {
        objects(live).find(|object| object.id == *id).map(|object| (object.name.clone(), own_fields(object)))
    };
    let was = find(before);
    prop_assert!(was.is_some());
    prop_assert_eq!(find(after), was, "{} {} was touched", change.action, change.address);
    Ok(())
}

proptest! {
    #![proptest_config(super::cases(160))]

    #[test]
    fn what_is_held_back_is_held_back_whole(
        (first, second) in two_versions(),
        foreign in tapes(0, 6),
        settings in settings(),
        mut choice in tape(64),
    ) {
        let mut bench = Bench::new();
        let _ = bench.apply(&valid(&first, &settings)?, &settings);
        for mut tape in foreign {
            edits::create_foreign(&bench, &mut tape);
        }
        let ready = valid(&second, &settings)?;
        let all: BTreeSet<String> =
            bench.plan(&ready, &settings, false).plan.changes.iter().map(|change| change.address.to_string()).collect();
        let allow = all.into_iter().filter(|_| choice.chance(2)).collect();
        let options =
            Options { prune: settings.prune, allow, max_delete: Some(MaxDelete::Percent(100)), ..Options::default() };
        let before = bench.live();
        let planned = bench.plan_with(&ready, &before, &options);
        let Some(applied) = bench.carry_out(&ready, planned, Fault::default()) else { return Ok(()) };
        let after = bench.live();
        let plan = &applied.planned.plan;
        for (index, (change, result)) in plan.changes.iter().zip(&applied.outcome.results).enumerate() {
            let is_held = plan.held.contains_key(&index);
            prop_assert_eq!(matches!(result, ChangeResult::Held(_)), is_held);
            if is_held {
                is_untouched(change, &before, &after)?;
            } else {
                // The store refuses what needs something that is not there.
                prop_assert_eq!(result, &ChangeResult::Done, "{} {}\n{}", change.action, change.address, short(plan));
            }
        }
        let goes = |change: &&Change| matches!(change.action, Action::Delete | Action::Replace);
        prop_assert_eq!(plan.count(Action::Delete) + plan.count(Action::Replace), plan.unheld().filter(goes).count());
        let Some(rest) = bench.apply(&ready, &settings) else { return Ok(()) };
        super::settled::all_done(&rest.planned, &rest.outcome)?;
        // A second key that others made leaves its object out of every plan.
        if rest.planned.held.is_empty() {
            nothing_to_do(&bench, &ready, &settings)?;
        }
    }
}
