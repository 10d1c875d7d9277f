//! MFT-032. Decided in `stores/managed_file_transfer/write.rs`.

use crate::rule::Rule;

pub static MFT_032: Rule = Rule {
    says: "A key that changed since the plan was made is not written.",
    why: "The store has no version check. A write would silently undo a change that someone else made.",
    source: "AFT Management API, ApiKey",
    wrong: "After the plan was made, someone changed `erp-orders` in the portal; the apply finds another updatedDate.",
    right: "The change to `erp-orders` is stale and is skipped, the other changes continue, and the next plan starts \
            from the new state.",
    ..Rule::fixed("MFT-032").by_apply()
};
