//! MFT-016. Decided here.

use super::enabled;
use crate::manifest::scalar::InstantOrNever;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static MFT_016: Rule = Rule {
    says: "An API key has an expiry date.",
    why: "A key without an expiry date stays valid after everyone has forgotten it. If it leaks, it works forever.",
    source: "Policy of Keywright",
    ..Rule::warning("MFT-016").shown_by(cases!("mft-016"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (manifest, spec) in enabled(world) {
        match &spec.expires {
            None => {
                let problem = MFT_016.finding("the manifest sets no expiry date").at(manifest.name_place());
                findings.add(problem.help("add `expires`, like 2027-06-30T00:00:00Z; without it, a new key never expires, and an existing one keeps its end"));
            }
            Some(expires) if matches!(expires.value, InstantOrNever::Never) => {
                let problem = MFT_016.finding("the key never expires").at(expires.place);
                findings.add(problem.help("set an expiry date, and rotate the key in time"));
            }
            Some(_) => {}
        }
    }
}
