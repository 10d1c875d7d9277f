//! CAM-040. Decided here, and in `plan/live_rules.rs`.

use crate::manifest::read::Spanned;
use crate::rule::Rule;
use crate::rules;
use crate::rules::Findings;
use crate::rules::world::KeyOf;
use crate::rules::world::World;
use crate::text::count;
use rayon::prelude::*;

pub static CAM_040: Rule = Rule {
    says: "A user has at most maxNumKeysAllowed keys in one plan.",
    why: "The plan allows a developer only so many keys. One more may be refused, or may start as waiting and serve \
          nobody.",
    source: "Mashery V3 docs, Plans",
    ..Rule::warning("CAM-040").shown_by(cases!("cam-040"))
};

/// CAM-040, CAM-041: how many keys a user holds in a plan.
pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let mut held: Vec<&KeyOf<'_>> = world.keys.iter().collect();
    // A sort that keeps the order of what is equal: the last ones are too many.
    held.par_sort_by(|a, b| a.holding().cmp(&b.holding()));
    for keys in held.chunk_by(|a, b| a.holding() == b.holding()) {
        let Some((_, plan)) = world.plan_of(keys[0]) else { continue };
        let user = &keys[0].user.value;
        let most = plan.max_num_keys_allowed.as_ref();
        if let Some((most, extra)) = beyond(most, keys) {
            let message = format!(
                "{user} holds {} in plan {}, which allows {}",
                count(keys.len(), "key"),
                extra.plan.value,
                most.value
            );
            let problem = CAM_040.finding(message).at(extra.plan.place).label(most.place, "at most so many");
            findings.add(problem.help("raise maxNumKeysAllowed, or use another plan"));
        }
        let moderated = plan.admin_key_provisioning_enabled.as_ref().is_some_and(|flag| flag.value);
        // What 0 means is not documented, so nothing is said about it.
        let review = plan.num_keys_before_review.as_ref().filter(|review| moderated && review.value > 0);
        if let Some((review, extra)) = beyond(review, keys) {
            let message =
                format!("{user} holds {} in the moderated plan {}", count(keys.len(), "key"), extra.plan.value);
            let problem = rules::CAM_041.finding(message).at(extra.plan.place).label(review.place, "more are reviewed");
            findings.add(problem.help("a further key may start as waiting, until an administrator looks at it"));
        }
    }
}

/// The limit, with the first key that is too many for it.
fn beyond<'s, 'k, 'w>(
    limit: Option<&'s Spanned<i64>>,
    keys: &'k [&'w KeyOf<'w>],
) -> Option<(&'s Spanned<i64>, &'k KeyOf<'w>)> {
    let limit = limit?;
    let allowed = usize::try_from(limit.value).ok()?;
    Some((limit, keys.get(allowed)?))
}
