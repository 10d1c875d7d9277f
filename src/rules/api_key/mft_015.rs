//! MFT-015. Decided in `plan/expiry.rs`.

use crate::rule::Rule;

pub static MFT_015: Rule = Rule {
    says: "An enabled API key has more than 30 days left.",
    why: "An API key is not renewed automatically. When it expires, its callers fail.",
    source: "Thru user guide, API Keys",
    ..Rule::warning("MFT-015").by_plan().shown_by(cases!("mft-015"))
};
