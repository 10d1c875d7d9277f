//! MFT-022. Decided in `plan/transfer_rules.rs` and `stores/managed_file_transfer/make.rs`.

use crate::rule::Rule;

pub static MFT_022: Rule = Rule {
    says: "All live keys that Keywright manages belong to the tenant that the workspace names.",
    why: "Another tenant means a wrong credential or address. Every change would affect someone else's keys.",
    source: "AFT Management API, ApiKey",
    wrong: "The workspace names tenant 1001, and the live key `erp-orders` belongs to tenant 2002.",
    right: "The credential belongs to tenant 1001, and so do all live keys.",
    ..Rule::fixed("MFT-022").by_plan()
};
