//! MFT-003. Decided in `plan/transfer_rules.rs` and `rules/name/duplicates.rs`.

use crate::rule::Rule;

pub static MFT_003: Rule = Rule {
    says: "No two API keys have names that differ only in upper and lower case.",
    why: "How the server compares names is not documented. If it ignores case, the two manifests are one key.",
    source: "Comparison rules are not documented",
    ..Rule::warning("MFT-003").shown_by(cases!("mft-003"))
};
