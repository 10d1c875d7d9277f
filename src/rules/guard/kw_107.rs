//! KW-107. Decided in `plan/review.rs`.

use crate::rule::Rule;

pub static KW_107: Rule = Rule {
    says: "A saved plan deletes only what the workspace still owns.",
    why: "Between the plan and its apply an object may have been handed to another repository.",
    source: "Keywright's own rule",
    wrong: "A plan that deletes `old-shop` is applied after `applications: all` was taken out of the workspace.",
    right: "The run plans again, and leaves `old-shop` alone.",
    ..Rule::fixed("KW-107").by_apply()
};
