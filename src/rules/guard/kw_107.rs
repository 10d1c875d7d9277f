//! KW-107. Decided in `plan/review.rs`.

use crate::rule::Rule;

pub static KW_107: Rule = Rule {
    says: "A saved plan deletes only objects that the workspace still owns.",
    why: "Between the plan and the apply, an object may have been handed over to another repository.",
    source: "Keywright's own rule",
    wrong: "A plan that deletes `old-shop` is applied after `applications: all` was removed from the workspace.",
    right: "A new plan is made, and it leaves `old-shop` alone.",
    ..Rule::fixed("KW-107").by_apply()
};
