//! CAM-020. Decided in `manifest/plan.rs` and `rules/plan.rs`.

use crate::rule::Rule;

pub static CAM_020: Rule = Rule {
    says: "A throttle or quota of a plan is either a number or unlimited, and all numbers of a plan are 0 or more.",
    why: "With a number and `unlimited` together the store follows one of them without a word. The other is what \
          somebody relies on.",
    source: "Mashery Terraform provider, package plan",
    ..Rule::fixed("CAM-020").shown_by(cases!("cam-020"))
};
