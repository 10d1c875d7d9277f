//! MFT-010. Decided here.

use crate::diagnostic::Place;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::text::quoted;
use std::collections::BTreeMap;

pub static MFT_010: Rule = Rule {
    says: "An API key lists each organization and each API type only once.",
    why: "The lists are sets, so the second entry has no effect. Usually another entry was meant.",
    source: "Set semantics, inferred",
    ..Rule::warning("MFT-010").shown_by(cases!("mft-010"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let lists = world.api_keys().flat_map(|(_, spec)| [&spec.allowed_apis, &spec.allowed_orgs]).flatten();
    for listed in lists {
        let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
        for item in &listed.value {
            if let Some(first) = seen.insert(&item.value, item.place) {
                let problem = MFT_010.finding(format!("`{}` is listed twice", quoted(&item.value)));
                findings.add(problem.at(item.place).label(first, "first here").help("remove one"));
            }
        }
    }
}
