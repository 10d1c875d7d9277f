//! CAM-041 for plans that review every key: `numKeysBeforeReview: 0`, which is also the default. Only declared limits count,
//! and only new keys: what is in use was approved.

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::Presence;
use crate::model::Value;
use crate::rules;

pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let is_new = |declared: &&Declared| {
        declared.presence == Presence::Present
            && !matching.found.contains_key(&declared.address)
            && !matching.stopped.contains(&declared.address)
            && !super::expiry::is_over(context, declared)
    };
    context.desired.of(Kind::PackageKey).filter(is_new).filter_map(|declared| reviewed(declared, context)).collect()
}

fn reviewed(declared: &Declared, context: &Context<'_>) -> Option<Diagnostic> {
    let key = declared.key.as_ref()?;
    let plan = context.desired.get(&key.plan.address)?;
    let is_moderated = plan.field("adminKeyProvisioningEnabled")?.value == Value::Bool(true);
    let review = plan.field("numKeysBeforeReview").filter(|review| is_moderated && review.value == Value::Number(0))?;
    let message = format!("{} is a new key of {}, which reviews every key", declared.address, key.plan.address);
    let problem = rules::CAM_041.finding(message).at(key.plan.place).label(review.place, "no key without review");
    Some(problem.help("the key may start as waiting until an administrator approves it"))
}
