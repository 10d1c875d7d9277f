//! MFT-017. Decided here.

use super::ends;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use chrono::TimeDelta;

pub static MFT_017: Rule = Rule {
    says: "An API key expires within 365 days.",
    why: "A key that lives for years is rarely exchanged when it should be. A year is the usual limit, and the \
          workspace can make it an error.",
    source: "Policy of Keywright",
    ..Rule::warning("MFT-017").shown_by(cases!("mft-017"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (end, place) in ends(world) {
        if end > world.now + TimeDelta::days(365) {
            let problem = MFT_017.finding("the key lives longer than 365 days").at(place);
            findings.add(problem.help("write an earlier end, and renew it"));
        }
    }
}
