//! What a pull request may contain, whoever wrote it: every folder of `tests/hostile` is one attack. It is committed, checked out by a
//! runner with `--trust`, validated, planned, and applied; then nothing may be read, run, called or written that the protected branch does
//! not allow, and the protected branch must have nothing to do.
//!
//! A guard that nothing gets past is no proof, if nothing tries. So every attack names the harm that it does where its guard is missing:
//! those on the settings are run again without `--trust`, and
//! `KEYWRIGHT_WITHOUT_GUARDS=/path/to/keywright cargo test --test it pull_requests::each` runs the attacks that `KEYWRIGHT_ATTACKS` lists, or
//! all, with a binary that has no guards.

mod attack;
mod harm;
mod world;

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

use rayon::iter::IntoParallelRefIterator;
use rayon::iter::ParallelIterator;

use attack::Attack;
use harm::Harm;
use world::World;

fn attacks() -> Vec<Attack> {
    let found = Attack::all();
    assert!(found.len() > 40, "{} attacks", found.len());
    found
}

/// Reports all that failed, not the first one only.
#[track_caller]
fn none_fails(attacks: &[Attack], check: impl Fn(&Attack) -> Result<(), String> + Sync) {
    let failed: Vec<String> = attacks
        .par_iter()
        .filter_map(|attack| {
            let checked = std::panic::catch_unwind(AssertUnwindSafe(|| check(attack)));
            let checked = checked.unwrap_or_else(|_| Err("its world could not be made, see above".to_owned()));
            checked.err().map(|why| format!("{}: {why}", attack.name))
        })
        .collect();
    assert!(failed.is_empty(), "{} of {} attacks\n\n{}", failed.len(), attacks.len(), failed.join("\n\n"));
}

fn binary() -> PathBuf {
    PathBuf::from(crate::program::KEYWRIGHT)
}

#[test]
fn no_attack_succeeds() {
    none_fails(&attacks(), |attack| {
        let run = World::new(attack, &binary(), true).run();
        let (harms, said) = (run.harms, run.said);
        match &attack.says {
            _ if !harms.is_empty() => Err(format!("does harm: {harms:?}\n{said}")),
            Some(text) if !said.contains(text.as_str()) => Err(format!("does not say `{text}`\n{said}")),
            _ => Ok(()),
        }
    });
}

#[test]
fn each_attack_on_the_settings_succeeds_without_trust() {
    let attacks: Vec<Attack> = attacks().into_iter().filter(|attack| attack.guard == "trust").collect();
    assert!(attacks.len() > 10);
    none_fails(&attacks, |attack| succeeds(attack, &World::new(attack, &binary(), false).run()));
}

#[test]
fn each_attack_succeeds_without_guards() {
    let Some(older) = std::env::var_os("KEYWRIGHT_WITHOUT_GUARDS") else { return };
    let names = std::env::var("KEYWRIGHT_ATTACKS").unwrap_or_default();
    let is_chosen = |attack: &Attack| names.is_empty() || names.split(',').any(|name| name == attack.name);
    let attacks = attacks().into_iter().filter(|attack| attack.harm != Harm::None && is_chosen(attack));
    let attacks: Vec<Attack> = attacks.collect();
    none_fails(&attacks, |attack| succeeds(attack, &World::new(attack, &PathBuf::from(&older), false).run()));
}

fn succeeds(attack: &Attack, run: &world::Run) -> Result<(), String> {
    let is_done = run.harms.contains(&attack.harm);
    if is_done { Ok(()) } else { Err(format!("does not do the harm {:?}\n{}", attack.harm, run.said)) }
}
