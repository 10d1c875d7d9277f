//! KW-123. Decided in `plan/guards/narrowed.rs`.

use crate::rule::Rule;

pub static KW_123: Rule = Rule {
    says: "An active key gets less than half of its throttle or quota, or goes to an inactive package plan, only if the run \
           allows its address.",
    why: "Its callers get errors from the first call above the new limit, and in an inactive package plan from the first \
          call.",
    source: "Keywright's own rule",
    wrong: "`checkout-production` may make 50 calls per second; its manifest moves it to a package plan with 2.",
    right: "The callers were warned, and the run uses `--allow key/checkout-production`.",
    ..Rule::fixed("KW-123").by_plan()
};
