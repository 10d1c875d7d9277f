//! CAM-040. Decided here, and in `plan/live_rules/counts.rs`.

use crate::manifest::read::Spanned;
use crate::rule::Rule;
use crate::rules;
use crate::rules::Findings;
use crate::rules::world::KeyOf;
use crate::rules::world::World;
use crate::text::count;
use rayon::prelude::*;

pub static CAM_040: Rule = Rule {
    says: "A user has at most maxNumKeysAllowed keys in one package plan; a rotated key counts twice, because it has two \
           generations during the overlap.",
    why: "The plan allows a developer only this many keys. The store may refuse another key, or the key may start as \
          waiting and be useless. One page of the vendor reads as if the keys of all developers counted together; this \
          rule counts those of each user.",
    source: "Mashery V3 docs, Plans; Boomi help, API plan key properties",
    ..Rule::warning("CAM-040").shown_by(cases!("cam-040"))
};

/// CAM-040 and CAM-041.
pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let mut keys: Vec<&KeyOf<'_>> = world.keys.iter().collect();
    // The sort is stable, so the finding is about the last keys.
    keys.par_sort_by(|a, b| a.user_and_plan().cmp(&b.user_and_plan()));
    for keys in keys.chunk_by(|a, b| a.user_and_plan() == b.user_and_plan()) {
        let Some((_, plan)) = world.plan_of(keys[0]) else { continue };
        let user = &keys[0].user.value;
        let most = plan.max_num_keys_allowed.as_ref();
        let rotated = keys.iter().copied().filter(|key| key.spec.is_some_and(|spec| spec.rotation.is_some()));
        let generations: Vec<&KeyOf<'_>> = keys.iter().copied().chain(rotated).collect();
        if let Some((most, extra)) = over_limit(most, &generations) {
            let is_rotation = over_limit(Some(most), keys).is_none();
            let message = format!(
                "{user} has {}{} in package plan {}, which allows {}",
                count(if is_rotation { generations.len() } else { keys.len() }, "key"),
                if is_rotation { " during a rotation" } else { "" },
                extra.plan.value,
                most.value
            );
            let problem = CAM_040.finding(message).at(extra.plan.place).label(most.place, "the maximum");
            findings.add(problem.help("raise maxNumKeysAllowed, or use another package plan"));
        }
        let moderated = plan.admin_key_provisioning_enabled.as_ref().is_some_and(|flag| flag.value);
        // With 0, every key is reviewed: `plan/reviewed.rs` says so of new ones.
        let review = plan.num_keys_before_review.as_ref().filter(|review| moderated && review.value > 0);
        if let Some((review, extra)) = over_limit(review, keys) {
            let message =
                format!("{user} has {} in the moderated package plan {}", count(keys.len(), "key"), extra.plan.value);
            let problem =
                rules::CAM_041.finding(message).at(extra.plan.place).label(review.place, "the limit for review");
            findings.add(problem.help("another key may start as waiting until an administrator approves it"));
        }
    }
}

/// The limit, and the first key above it.
fn over_limit<'s, 'k, 'w>(
    limit: Option<&'s Spanned<i64>>,
    keys: &'k [&'w KeyOf<'w>],
) -> Option<(&'s Spanned<i64>, &'k KeyOf<'w>)> {
    let limit = limit?;
    let allowed = usize::try_from(limit.value).ok()?;
    Some((limit, keys.get(allowed)?))
}
