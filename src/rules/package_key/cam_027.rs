//! CAM-027. Decided here, and in `plan/live_rules.rs` and `stores/embedded/package_keys.rs`.

use crate::diagnostic::Place;
use crate::manifest::plan::PlanSpec;
use crate::manifest::read::Spanned;
use crate::model::Value;
use crate::rule::Rule;
use crate::rules;
use crate::rules::Findings;
use crate::rules::world::KeyOf;
use crate::rules::world::World;

pub static CAM_027: Rule = Rule {
    says: "A key has a throttle or quota of its own only where its plan allows that with `keyOverride: true`.",
    why: "Without that permission the plan's limit stays in force. The manifest would promise a limit that the gateway \
          does not apply.",
    source: "Boomi help, Setting Key Method Overrides / Key Limits",
    ..Rule::fixed("CAM-027").shown_by(cases!("cam-027"))
};

/// CAM-027 and CAM-029: what the declared plan of a key allows.
pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        let Some((_, plan)) = world.plan_of(key) else { continue };
        if let Some(settings) = key.spec.and_then(|spec| spec.settings.as_ref()) {
            let throttle = settings.value.throttle.as_ref().map(|limit| (limit.value.value(), limit.place));
            let quota = settings.value.quota.as_ref().map(|limit| (limit.value.value(), limit.place));
            check_override(key, "throttle", throttle, Terms::throttle(plan), findings);
            check_override(key, "quota", quota, Terms::quota(plan), findings);
        }
    }
}

/// What a declared plan says about one dimension.
struct Terms<'a> {
    key_override: Option<&'a Spanned<bool>>,
    number: Option<&'a Spanned<i64>>,
    is_unlimited: bool,
}

impl<'a> Terms<'a> {
    fn throttle(plan: &'a PlanSpec) -> Self {
        let throttle = plan.throttle.as_ref().map(|throttle| &throttle.value);
        Self {
            key_override: throttle.and_then(|throttle| throttle.key_override.as_ref()),
            number: throttle.and_then(|throttle| throttle.per_second.as_ref()),
            is_unlimited: throttle.and_then(|t| t.unlimited.as_ref()).is_some_and(|unlimited| unlimited.value),
        }
    }

    fn quota(plan: &'a PlanSpec) -> Self {
        let quota = plan.quota.as_ref().map(|quota| &quota.value);
        Self {
            key_override: quota.and_then(|quota| quota.key_override.as_ref()),
            number: quota.and_then(|quota| quota.calls.as_ref()),
            is_unlimited: quota.and_then(|quota| quota.unlimited.as_ref()).is_some_and(|unlimited| unlimited.value),
        }
    }
}

fn check_override(
    key: &KeyOf<'_>,
    dimension: &str,
    limit: Option<(Value, Place)>,
    terms: Terms<'_>,
    findings: &mut Findings,
) {
    let Some((limit, place)) = limit.filter(|(limit, _)| limit.as_text() != Some("plan")) else { return };
    if let Some(flag) = terms.key_override.filter(|flag| !flag.value) {
        let message = format!("plan {} allows keys no {dimension} of their own", key.plan.value);
        let problem = CAM_027.finding(message).at(place).label(flag.place, "forbidden here");
        findings.add(problem.help(format!("write `{dimension}: plan`, or `keyOverride: true` in the plan")));
    } else if let (Some(own), Some(plan)) = (limit.as_number(), terms.number)
        && own > plan.value
        && !terms.is_unlimited
    {
        let message = format!("the key's own {dimension} of {own} is above the plan's");
        let problem = rules::CAM_029.finding(message).at(place).label(plan.place, "the plan's");
        findings.add(problem.help("allowed; make sure that it is meant"));
    }
}
