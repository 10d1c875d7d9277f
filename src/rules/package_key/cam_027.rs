//! CAM-027. Decided here, and in `plan/live_rules.rs` and `stores/embedded/package_keys.rs`.

use crate::diagnostic::Place;
use crate::manifest::read::Spanned;
use crate::model::Value;
use crate::rule::Rule;
use crate::rules;
use crate::rules::Findings;
use crate::rules::world::KeyOf;
use crate::rules::world::World;

pub static CAM_027: Rule = Rule {
    says: "A key has its own throttle or quota only if its package plan allows that with `keyOverride: true`.",
    why: "Without that permission, the plan's limit stays in force. The manifest would promise a limit that the \
          gateway does not apply.",
    source: "Boomi help, Setting Key Method Overrides / Key Limits",
    ..Rule::fixed("CAM-027").shown_by(cases!("cam-027"))
};

/// CAM-027 and CAM-029.
pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        let Some((_, plan)) = world.plan_of(key) else { continue };
        let Some(settings) = key.spec.and_then(|spec| spec.settings.as_ref()) else { continue };
        let limit = plan.throttle.as_ref().map_or_else(PlanLimit::default, |throttle| PlanLimit {
            key_override: throttle.value.key_override.as_ref(),
            number: throttle.value.per_second.as_ref(),
            is_unlimited: throttle.value.unlimited.as_ref().is_some_and(|unlimited| unlimited.value),
        });
        let own = settings.value.throttle.as_ref().map(|limit| (limit.value.value(), limit.place));
        check_override(key, "throttle", own, limit, findings);
        let limit = plan.quota.as_ref().map_or_else(PlanLimit::default, |quota| PlanLimit {
            key_override: quota.value.key_override.as_ref(),
            number: quota.value.calls.as_ref(),
            is_unlimited: quota.value.unlimited.as_ref().is_some_and(|unlimited| unlimited.value),
        });
        let own = settings.value.quota.as_ref().map(|limit| (limit.value.value(), limit.place));
        check_override(key, "quota", own, limit, findings);
    }
}

/// The throttle or quota of a declared plan.
#[derive(Default)]
struct PlanLimit<'a> {
    key_override: Option<&'a Spanned<bool>>,
    number: Option<&'a Spanned<i64>>,
    is_unlimited: bool,
}

fn check_override(
    key: &KeyOf<'_>,
    dimension: &str,
    own: Option<(Value, Place)>,
    limit: PlanLimit<'_>,
    findings: &mut Findings,
) {
    let Some((own, place)) = own.filter(|(own, _)| own.as_text() != Some("plan")) else { return };
    if let Some(flag) = limit.key_override.filter(|flag| !flag.value) {
        let message = format!("package plan {} does not allow keys their own {dimension}", key.plan.value);
        let problem = CAM_027.finding(message).at(place).label(flag.place, "forbidden here");
        findings.add(problem.help(format!("write `{dimension}: plan`, or `keyOverride: true` in the plan")));
    } else if let (Some(own), Some(plan)) = (own.as_number(), limit.number)
        && own > plan.value
        && !limit.is_unlimited
    {
        let message = format!("the key's own {dimension} of {own} is above the limit of its package plan");
        let problem = rules::CAM_029.finding(message).at(place).label(plan.place, "the limit of the plan");
        findings.add(problem.help("this is allowed; check that it is intended"));
    }
}
