//! KW-021. Decided in `plan/guards.rs`.

use crate::rule::Rule;

pub static KW_021: Rule = Rule {
    says: "Every address that is given to --allow is one that the plan changes.",
    why: "A misspelt address lifts no guard, and one that is left over from an earlier run lifts a guard that nobody \
          looks at any more.",
    source: "Keywright's own rule",
    wrong: "The plan replaces `key/checkout-production`, and the run says `--allow checkout-production`.",
    right: "The run says `--allow key/checkout-production`, as the plan writes it.",
    ..Rule::warning("KW-021").by_plan()
};
