//! KW-122. Decided in `plan/guards/narrowed.rs`.

use crate::rule::Rule;

pub static KW_122: Rule = Rule {
    says: "A package plan with active keys becomes inactive, gets less than half of a limit, or stops letting keys override \
           it only if the run allows its address.",
    why: "All active keys of the plan are affected at once, and their callers get errors.",
    source: "Keywright's own rule",
    wrong: "`gold` allows 20 calls per second and 40 active keys use it; its manifest sets `throttle: {perSecond: 5}`.",
    right: "The callers were warned, and the run uses `--allow plan/payments/gold`.",
    ..Rule::fixed("KW-122").by_plan()
};
