//! KW-021. Decided in `plan/guards.rs`.

use crate::rule::Rule;

pub static KW_021: Rule = Rule {
    says: "Every address that is given to --allow matches a change in the plan.",
    why: "A misspelled address lifts no guard. An address that is left over from an earlier run may lift a guard that \
          no one checks any more.",
    source: "Keywright's own rule",
    wrong: "The plan replaces `key/checkout-production`, and the run uses `--allow checkout-production`.",
    right: "The run uses `--allow key/checkout-production`, copied from the plan.",
    ..Rule::warning("KW-021").by_plan()
};
