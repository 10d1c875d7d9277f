//! MFT-029. Decided in `plan/transfer_rules.rs`.

use crate::rule::Rule;

pub static MFT_029: Rule = Rule {
    says: "A live key that Keywright manages has not expired and does not expire within 30 days.",
    why: "Its callers fail, now or soon, because the key is not renewed automatically.",
    source: "Thru user guide, API Keys",
    wrong: "The live key `erp-orders` expires on 1 December 2026, ten days from now.",
    right: "The manifest sets a later `expires`, or the key is rotated in time.",
    ..Rule::warning("MFT-029").by_plan()
};
