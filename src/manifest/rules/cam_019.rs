//! CAM-019. Decided in `manifest/plan.rs` and `plan/odd_values.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static CAM_019: Rule = Rule {
    says: "The status of a package plan is active or inactive, and its quota is counted per minute, hour, day, \
           month or year.",
    why: "The vendor documents no other words. A quota that is counted over the wrong period allows too many calls, or \
          too few.",
    source: "Mashery Terraform provider, package plan; Boomi help, API plan rate limits",
    also: Some((Severity::Warning, "for a value that only the store can have: a plan does not write it")),
    ..Rule::fixed("CAM-019").shown_by(cases!("cam-019"))
};
