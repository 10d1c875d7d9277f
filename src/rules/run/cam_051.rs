//! CAM-051. Decided in `cli/session/cost.rs`.

use crate::rule::Rule;

pub static CAM_051: Rule = Rule {
    says: "The calls that a plan needs fit into what is left of the day's quota.",
    why: "When the quota is spent the store refuses every call until the next day. The run stops half way, and other \
          programs with the same key stop too.",
    source: "Mashery blog, quota information in responses",
    wrong: "The plan needs 4200 calls, and 3000 of the 5000 calls of today are left.",
    right: "The plan is applied in parts, or on another day, or the vendor raises the quota.",
    ..Rule::warning("CAM-051").by_plan()
};
