//! Rules about packages and their plans.

mod cam_021;
mod cam_075;
mod cam_078;
mod cam_084;

use super::Findings;
use super::world::World;
use crate::manifest::read::Spanned;
use crate::rules;

rules! { cam_021::CAM_021, cam_075::CAM_075, cam_078::CAM_078, cam_084::CAM_084;
    checks: check, cam_021::check, cam_075::check, cam_078::check, cam_084::check
}

fn check(world: &World<'_>, findings: &mut Findings) {
    for (_, spec) in world.plans.values() {
        let throttle = spec.throttle.as_ref().map(|throttle| &throttle.value);
        let quota = spec.quota.as_ref().map(|quota| &quota.value);
        let per_second = throttle.and_then(|throttle| throttle.per_second.as_ref());
        let calls = quota.and_then(|quota| quota.calls.as_ref());
        check_dimension("perSecond", per_second, throttle.and_then(|t| t.unlimited.as_ref()), findings);
        check_dimension("calls", calls, quota.and_then(|quota| quota.unlimited.as_ref()), findings);
    }
}

fn check_dimension(
    field: &str,
    number: Option<&Spanned<i64>>,
    unlimited: Option<&Spanned<bool>>,
    findings: &mut Findings,
) {
    if let (Some(number), Some(unlimited)) = (number, unlimited)
        && unlimited.value
        && number.value != 0
    {
        let problem = rules::CAM_020.finding(format!("`{field}` and `unlimited: true` exclude each other"));
        let problem = problem.at(number.place).label(unlimited.place, "declared unlimited here");
        findings.add(problem.help("keep one of the two"));
    }
}
