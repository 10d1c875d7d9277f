//! A law over all quirks of Cloud API Management, in random fours: the area matches the manifests, or the run says what
//! one of the four makes impossible. `KEYWRIGHT_QUIRKS=100` tries the seeds 0 to 99, and `17-17` repeats one.

use keywright::emulator::quirks::Quirk;

use super::KEYS;
use super::MANIFESTS;
use super::area::World;
use super::quirks::FAST;
use super::quirks::SAYS;
use super::quirks::SETTLES;
use crate::dice::Dice;

/// Quirks that do not end in a settled area at once, with what the run says. Each has a test of its own.
const SAYS_SOMETIMES: &[(&str, &str)] =
    &[("trigger-alters", "CAM-054"), ("late-lists", "CAM-050"), ("bare-errors", "the service gave no reason")];

/// How often the area may be read until lists that are late show everything.
const READS: usize = 4;

fn name(flag: &str) -> &str {
    flag.split('=').next().unwrap()
}

fn all() -> Vec<&'static str> {
    let says = SAYS.iter().chain(SAYS_SOMETIMES).map(|(quirk, _)| *quirk).filter(|quirk| !SETTLES.contains(quirk));
    SETTLES.iter().copied().chain(says).collect()
}

#[test]
fn every_quirk_is_tried() {
    let tried = all();
    for quirk in Quirk::ALL.iter().map(|quirk| quirk.name()).filter(|name| !name.starts_with("mft-")) {
        assert!(tried.iter().any(|flag| name(flag) == quirk), "no test tries {quirk}");
    }
}

#[test]
fn four_quirks_at_once_settle_or_are_explained() {
    let failures: Vec<u64> = seeds().filter(|seed| std::panic::catch_unwind(|| try_seed(*seed)).is_err()).collect();
    assert!(failures.is_empty(), "seeds {failures:?} failed; KEYWRIGHT_QUIRKS=N-N repeats seed N");
}

fn seeds() -> std::ops::Range<u64> {
    let Ok(text) = std::env::var("KEYWRIGHT_QUIRKS") else { return 0..12 };
    let number = |text: &str| text.parse::<u64>().expect("KEYWRIGHT_QUIRKS must be a number or two, like 100 or 17-17");
    text.split_once('-').map_or_else(|| 0..number(&text), |(from, to)| number(from)..number(to) + 1)
}

fn try_seed(seed: u64) {
    let (mut dice, mut left, mut chosen) = (Dice::new(seed), all(), Vec::new());
    while chosen.len() < 4 {
        chosen.push(left.swap_remove(dice.index(left.len())));
    }
    let flags: Vec<&str> = chosen.iter().flat_map(|quirk| ["--quirk", quirk]).collect();
    let world = World::new(MANIFESTS);
    let area = world.area(&flags);
    world.point_at(&area, FAST, "");
    let said = world.apply();
    let expected: Vec<&str> = SAYS
        .iter()
        .chain(SAYS_SOMETIMES)
        .filter(|(quirk, _)| chosen.contains(quirk))
        .map(|(_, words)| *words)
        .collect();
    let story = format!("seed {seed}, {chosen:?}: {} {}", said.exit, said.text);
    if said.exit != 0 {
        assert!(expected.iter().any(|words| said.text.contains(words)), "{story}");
        assert!(!said.text.contains("Internal Server Error") && !said.text.contains("panicked"), "{story}");
        return;
    }
    let settled = (0..READS).map(|_| world.keywright(&["plan", "--detailed-exitcode"])).any(|said| said.exit == 0);
    assert!(settled, "not settled: {story}");
    assert_eq!(world.keys(), KEYS, "{story}");
}
