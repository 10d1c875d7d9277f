//! CAM-021. Decided here.

use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static CAM_021: Rule = Rule {
    says: "numKeysBeforeReview of a package plan is not above maxNumKeysAllowed.",
    why: "A developer never gets enough keys to trigger a review, so the review that someone relies on never happens.",
    source: "Inferred from Mashery V3 docs, Plans",
    ..Rule::warning("CAM-021").shown_by(cases!("cam-021"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (_, spec) in world.plans.values() {
        if let (Some(review), Some(most)) = (&spec.num_keys_before_review, &spec.max_num_keys_allowed)
            && review.value > most.value
        {
            let message =
                format!("the review begins after {} keys, but a user can have only {}", review.value, most.value);
            let problem = CAM_021.finding(message).at(review.place).label(most.place, "the maximum is set here");
            findings.add(problem.help("lower numKeysBeforeReview; otherwise no key is ever reviewed"));
        }
    }
}
