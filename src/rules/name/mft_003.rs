//! MFT-003. Decided in `plan/transfer_rules.rs` and `rules/name/duplicates.rs`.

use crate::rule::Rule;

pub static MFT_003: Rule = Rule {
    says: "No two API keys have names that differ only in upper and lower case.",
    why: "It is not documented how the store compares names. If it ignores case, both manifests describe one key.",
    source: "Comparison rules are not documented",
    wrong: "One manifest declares the API key `erp-orders`, another one `ERP-Orders`.",
    right: "The second one is named `erp-orders-2`.",
    ..Rule::warning("MFT-003")
};
