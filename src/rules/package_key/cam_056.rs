//! CAM-056. Decided here.

use crate::manifest::plan::PlanStatus;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static CAM_056: Rule = Rule {
    says: "A declared key uses a plan that is active.",
    why: "What an inactive plan does to its keys is not documented. The key may be refused, or may serve nobody.",
    source: "Mashery Terraform provider, package plan",
    ..Rule::warning("CAM-056").shown_by(cases!("cam-056"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        if let Some((manifest, plan)) = world.plan_of(key)
            && let Some(status) = plan.status.as_ref().filter(|status| status.value == PlanStatus::Inactive)
        {
            let message = format!("{} runs under the inactive plan {}", key.called, manifest.name());
            let problem = CAM_056.finding(message).at(key.plan.place);
            findings.add(problem.label(status.place, "declared inactive here").help("choose an active plan"));
        }
    }
}
