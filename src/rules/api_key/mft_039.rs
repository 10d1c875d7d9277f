//! MFT-039. Decided in `plan/transfer_rules/generations.rs`.

use crate::rule::Rule;

pub static MFT_039: Rule = Rule {
    says: "An older generation is disabled when its grace period ends.",
    why: "The old key stays valid for everyone who still has it. Only disabling it completes the rotation.",
    source: "Rotation, inferred",
    wrong: "`erp-orders.g2` has existed since 1 October 2026, and `erp-orders` is still enabled in late November.",
    right: "`erp-orders` is disabled 14 days after its successor was delivered.",
    ..Rule::warning("MFT-039").by_plan()
};
