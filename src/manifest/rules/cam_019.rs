//! CAM-019. Decided in `manifest/plan.rs`.

use crate::rule::Rule;

pub static CAM_019: Rule = Rule {
    says: "The status of a package plan is active or inactive, and its quota is counted per minute, hour, day or \
           month.",
    why: "The vendor documents no other words. A quota that is counted over the wrong period allows too many calls, or \
          too few.",
    source: "Mashery Terraform provider, package plan",
    ..Rule::fixed("CAM-019").shown_by(cases!("cam-019"))
};
