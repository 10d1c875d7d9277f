//! MFT-038. Decided here, and in `plan/transfer_rules/generations.rs`.

use super::logical_name;
use crate::diagnostic::Place;
use crate::diagnostic::Severity;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

pub static MFT_038: Rule = Rule {
    says: "At most two generations of one API key are enabled.",
    why: "A rotation needs the old and the new key side by side, but not a third. Every older key should be disabled, \
          and still gives access until it is.",
    source: "Rotation, inferred",
    also: Some((Severity::Warning, "if all of them are enabled in the store already, or may be")),
    ..Rule::fixed("MFT-038").shown_by(cases!("mft-038"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let mut enabled: BTreeMap<&str, BTreeSet<(Place, &str)>> = BTreeMap::new();
    for (manifest, spec) in world.api_keys() {
        if spec.enabled.as_ref().is_some_and(|enabled| enabled.value) {
            enabled.entry(logical_name(manifest.name())).or_default().insert((manifest.name_place(), manifest.name()));
        }
    }
    for (logical, generations) in enabled {
        if let Some((place, name)) = generations.iter().nth(2) {
            let message = format!("`{name}` is the third enabled generation of `{logical}`");
            let problem = MFT_038.also(message).at(*place);
            findings.add(problem.help("disable the oldest generation first"));
        }
    }
}
