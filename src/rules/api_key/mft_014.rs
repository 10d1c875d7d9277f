//! MFT-014. Decided here.

use super::ends;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static MFT_014: Rule = Rule {
    says: "An enabled API key expires in the future.",
    why: "An expired key breaks its callers although the manifest says that it is enabled. Whether the server can \
          revive it later is not documented.",
    source: "Thru user guide, API Keys",
    ..Rule::error("MFT-014").shown_by(cases!("mft-014"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (end, place) in ends(world) {
        if end <= world.now {
            let problem = MFT_014.finding("the key is enabled and has expired").at(place);
            findings.add(problem.help("write a later instant, or `enabled: false`"));
        }
    }
}
