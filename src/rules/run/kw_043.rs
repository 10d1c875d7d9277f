//! KW-043. Decided in `plan/deliveries/unseen.rs`.

use crate::rule::Rule;

pub static KW_043: Rule = Rule {
    says: "Every address that is given to --deliver is the address of a key with a delivery.",
    why: "With a misspelled address, the run would end well and the value would be missing.",
    source: "Keywright's own rule",
    wrong: "The run uses `--deliver checkout-production`.",
    right: "The run uses `--deliver key/checkout-production`, and the manifest of that key has `deliver`.",
    ..Rule::fixed("KW-043").by_plan()
};
