//! CAM-080. Decided in `plan/guards/closed.rs`.

use crate::rule::Rule;

pub static CAM_080: Rule = Rule {
    says: "A package plan with active keys loses a service or an endpoint only if the run allows the package plan.",
    why: "From then on, all calls of these keys to the service or the endpoint are refused.",
    source: "Keywright's own rule",
    wrong: "The manifest of a package plan with 12 active keys no longer names the endpoint `v1`.",
    right: "The callers have moved to `v2`; then one run uses `--allow plan/payments/gold`.",
    ..Rule::fixed("CAM-080").by_plan()
};
