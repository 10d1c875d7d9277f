//! MFT-022. Decided in `plan/transfer_rules.rs` and `stores/managed_file_transfer/make.rs`.

use crate::rule::Rule;

pub static MFT_022: Rule = Rule {
    says: "All live keys that Keywright manages belong to the tenant that the workspace names.",
    why: "Another tenant means that the credential or the address is the wrong one. Every change would hit somebody \
          else's keys.",
    source: "AFT Management API, ApiKey",
    wrong: "The workspace guards tenant 1001, and the live key `erp-orders` says tenant 2002.",
    right: "The credential is of tenant 1001, and all live keys say 1001.",
    ..Rule::fixed("MFT-022").by_plan()
};
