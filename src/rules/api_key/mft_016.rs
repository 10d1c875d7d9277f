//! MFT-016. Decided here.

use super::enabled;
use crate::manifest::scalar::InstantOrNever;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static MFT_016: Rule = Rule {
    says: "An API key expires some day.",
    why: "A key without an end stays valid after everybody has forgotten it. If it leaks, it leaks for ever.",
    source: "Policy of Keywright",
    ..Rule::warning("MFT-016").shown_by(cases!("mft-016"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (manifest, spec) in enabled(world) {
        match &spec.expires {
            None => {
                let problem = MFT_016.finding("the key is given no end").at(manifest.name_place());
                findings.add(problem.help("add `expires`, like 2027-06-30T00:00:00Z"));
            }
            Some(expires) if matches!(expires.value, InstantOrNever::Never) => {
                let problem = MFT_016.finding("the key never expires").at(expires.place);
                findings.add(problem.help("give it an end, and renew it"));
            }
            Some(_) => {}
        }
    }
}
