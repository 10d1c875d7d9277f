//! MFT-017. Decided here.

use super::expiry_dates;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use chrono::TimeDelta;

pub static MFT_017: Rule = Rule {
    says: "An API key expires within 365 days.",
    why: "Keys that live for years are rarely rotated on time. A year is the usual limit, and the workspace can turn \
          this warning into an error.",
    source: "Policy of Keywright",
    ..Rule::warning("MFT-017").shown_by(cases!("mft-017"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (end, place) in expiry_dates(world) {
        if end > world.now + TimeDelta::days(365) {
            let problem = MFT_017.finding("the key expires in more than 365 days").at(place);
            findings.add(problem.help("set an earlier expiry date, and rotate the key in time"));
        }
    }
}
