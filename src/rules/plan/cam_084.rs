//! CAM-084. Decided here.

use crate::manifest::read::Spanned;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static CAM_084: Rule = Rule {
    says: "A throttle or quota of a package plan is not 0, unless the plan is meant to block all calls.",
    why: "The service honors 0 as a limit: the gateway refuses every call with a key of the plan. Only an empty limit, \
          `unlimited: true`, means that there is none.",
    source: "Boomi help, API plan rate limits",
    ..Rule::warning("CAM-084").shown_by(cases!("cam-084"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (_, spec) in world.plans.values() {
        if let Some(throttle) = &spec.throttle {
            let throttle = &throttle.value;
            check_limit("perSecond", throttle.per_second.as_ref(), throttle.unlimited.as_ref(), findings);
        }
        if let Some(quota) = &spec.quota {
            check_limit("calls", quota.value.calls.as_ref(), quota.value.unlimited.as_ref(), findings);
        }
    }
}

fn check_limit(field: &str, number: Option<&Spanned<i64>>, unlimited: Option<&Spanned<bool>>, findings: &mut Findings) {
    let is_unlimited = unlimited.is_some_and(|unlimited| unlimited.value);
    if let Some(number) = number.filter(|number| number.value == 0 && !is_unlimited) {
        let problem = CAM_084.finding(format!("`{field}` is 0, which refuses every call with a key of this plan"));
        findings.add(problem.at(number.place).help("for no limit, write `unlimited: true` instead"));
    }
}
