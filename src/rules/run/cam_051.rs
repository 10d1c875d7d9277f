//! CAM-051. Decided in `cli/session/cost.rs`.

use crate::rule::Rule;

pub static CAM_051: Rule = Rule {
    says: "The calls that a plan needs fit into the rest of the day's quota.",
    why: "When the quota is used up, the store refuses every call until the next day. The run stops halfway, and so do \
          other programs with the same key.",
    source: "Mashery blog, quota information in responses",
    wrong: "The plan needs 4200 calls, and 3000 of the 5000 calls of today are left.",
    right: "The plan is applied in parts or on another day, or the vendor raises the quota.",
    ..Rule::warning("CAM-051").by_plan()
};
