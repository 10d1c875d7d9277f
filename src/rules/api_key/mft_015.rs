//! MFT-015. Decided here.

use super::expiry_dates;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use chrono::TimeDelta;

pub static MFT_015: Rule = Rule {
    says: "An enabled API key has more than 30 days left.",
    why: "An API key is not renewed automatically. When it expires, its callers fail.",
    source: "Thru user guide, API Keys",
    ..Rule::warning("MFT-015").shown_by(cases!("mft-015"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (end, place) in expiry_dates(world) {
        if end > world.now && end <= world.now + TimeDelta::days(30) {
            let problem = MFT_015.finding("the key expires within 30 days").at(place);
            findings.add(problem.help("create its successor before its callers fail"));
        }
    }
}
