//! CAM-021. Decided here.

use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static CAM_021: Rule = Rule {
    says: "numKeysBeforeReview of a plan is not above maxNumKeysAllowed.",
    why: "A developer never gets as many keys as the review waits for, so the review that somebody counts on never \
          happens.",
    source: "Inferred from Mashery V3 docs, Plans",
    ..Rule::warning("CAM-021").shown_by(cases!("cam-021"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (_, spec) in world.plans.values() {
        if let (Some(review), Some(most)) = (&spec.num_keys_before_review, &spec.max_num_keys_allowed)
            && review.value > most.value
        {
            let message = format!("review begins after {} keys, but a user can hold only {}", review.value, most.value);
            let problem = CAM_021.finding(message).at(review.place).label(most.place, "at most so many here");
            findings.add(problem.help("no key will ever be reviewed; lower numKeysBeforeReview"));
        }
    }
}
