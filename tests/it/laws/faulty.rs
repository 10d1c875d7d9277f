//! After a failure at any step, the next clean run converges: no key is lost or duplicated, and every value is
//! delivered.

use keywright::model::Kind;
use keywright::model::Live;
use keywright::model::LiveObject;
use proptest::prelude::*;

use super::bench::Bench;
use super::bench::valid;
use super::change::two_versions;
use super::faults::Fault;
use super::locate::locate;
use super::locate::value;
use super::settings::Settings;
use super::settled::all_done;
use super::settled::nothing_to_do;
use super::world::World;

fn fault() -> impl Strategy<Value = Fault> {
    (1_usize..24, any::<bool>(), any::<bool>()).prop_map(|(at, after, for_good)| Fault { at, after, for_good })
}

/// The content of a store, without values and ids, which differ between runs. Keys are counted by slot.
fn state(live: &Live) -> Vec<String> {
    let text = |object: &LiveObject| match &object.key {
        Some(key) => format!("key of {:?} for {}", object.parent, key.package),
        None => format!("{} {:?}", object.address, object.attributes),
    };
    let mut state: Vec<String> = Kind::ALL.into_iter().flat_map(|kind| live.of(kind)).map(text).collect();
    state.sort();
    state
}

/// Every declared key is in the store, and every delivery has its key's value.
fn every_key_is_delivered(world: &World, bench: &Bench) -> Result<(), TestCaseError> {
    let live = bench.live();
    for object in locate(world, &live).into_iter().filter(|object| object.kind == Kind::PackageKey) {
        prop_assert!(!object.live.is_empty(), "{} is not in the store", object.name);
        let Some(key) = world.keys.iter().find(|key| key.object.id == object.id) else { continue };
        for (file, variable) in &key.deliver {
            let there = bench.delivered.iter().find(|(to, _)| *to.file == **file && *to.variable == **variable);
            let is_there =
                there.is_some_and(|(_, secret)| object.live.iter().any(|live| value(live) == secret.expose()));
            prop_assert!(is_there, "{} is not delivered to {file} as {variable}", object.name);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(super::cases(112))]

    #[test]
    fn after_a_fault_the_next_run_converges(
        (first, second) in two_versions(),
        faults in (fault(), fault()),
        undeliverable in 0_usize..4,
    ) {
        let (mut bench, mut clean) = (Bench::new(), Bench::new());
        let settings = Settings::modest();
        for (world, fault) in [(&first, faults.0), (&second, faults.1)] {
            let ready = valid(world, &settings)?;
            if clean.apply(&ready, &settings).is_none() {
                return Ok(());
            }
            bench.undeliverable = Some(undeliverable);
            let _ = bench.apply_with(&ready, &settings, fault);
            bench.undeliverable = None;
            let Some(applied) = bench.apply(&ready, &settings) else {
                return Err(TestCaseError::fail("the fault left something that cannot be planned"));
            };
            all_done(&applied.planned, &applied.outcome)?;
            nothing_to_do(&bench, &ready, &settings)?;
            every_key_is_delivered(world, &bench)?;
            prop_assert_eq!(state(&bench.live()), state(&clean.live()));
        }
    }
}
