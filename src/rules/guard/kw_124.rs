//! KW-124. Decided in `plan/guards/narrowed.rs`.

use crate::rule::Rule;

pub static KW_124: Rule = Rule {
    says: "The end of an active key moves into the past only if the run allows its address.",
    why: "The key stops working at once. A past date is often a mistyped year.",
    source: "Keywright's own rule",
    wrong: "`checkout-production` never expires; its manifest sets `expires: 2024-06-30` instead of 2042-06-30.",
    right: "The date is in the future; or the key is meant to end, and the run uses `--allow key/checkout-production`.",
    ..Rule::fixed("KW-124").by_plan()
};
