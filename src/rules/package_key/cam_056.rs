//! CAM-056. Decided here.

use crate::manifest::plan::PlanStatus;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static CAM_056: Rule = Rule {
    says: "A declared key uses an active package plan.",
    why: "It is not documented what an inactive plan does to its keys. The store or the gateway may refuse the key.",
    source: "Mashery Terraform provider, package plan",
    ..Rule::warning("CAM-056").shown_by(cases!("cam-056"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        if let Some((manifest, plan)) = world.plan_of(key)
            && let Some(status) = plan.status.as_ref().filter(|status| status.value == PlanStatus::Inactive)
        {
            let message = format!("{} uses the inactive package plan {}", key.address, manifest.name());
            let problem = CAM_056.finding(message).at(key.plan.place);
            findings.add(problem.label(status.place, "declared inactive here").help("choose an active package plan"));
        }
    }
}
