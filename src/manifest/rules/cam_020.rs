//! CAM-020. Decided in `manifest/plan.rs`, `rules/plan.rs`, `rules/limits.rs` and `plan/odd_values.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static CAM_020: Rule = Rule {
    says: "A throttle or quota of a package plan is either a number or unlimited, and all numbers are 0 or more.",
    why: "If both a number and `unlimited` are set, the store silently follows one of them. Someone may rely on the \
          other.",
    source: "Mashery Terraform provider, package plan",
    also: Some((Severity::Warning, "for a value that only the store can have: a plan does not write it")),
    ..Rule::fixed("CAM-020").shown_by(cases!("cam-020"))
};
