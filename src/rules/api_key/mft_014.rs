//! MFT-014. Decided here.

use super::expiry_dates;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static MFT_014: Rule = Rule {
    says: "An enabled API key expires in the future.",
    why: "Calls with an expired key fail although the manifest enables the key. It is not documented whether the store \
          can revive it later.",
    source: "Thru user guide, API Keys",
    ..Rule::error("MFT-014").shown_by(cases!("mft-014"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (end, place) in expiry_dates(world) {
        if end <= world.now {
            let problem = MFT_014.finding("the key is enabled, but it has expired").at(place);
            findings.add(problem.help("write a later time, or `enabled: false`"));
        }
    }
}
