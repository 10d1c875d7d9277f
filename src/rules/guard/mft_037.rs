//! MFT-037. Decided in `plan/transfer_guards.rs` and `plan/transfer_rules.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_037: Rule = Rule {
    says: "A name that is created does not belong to a key that was deleted; otherwise the create waits for `--allow`.",
    why: "Somebody removed that key, perhaps because it leaked. Creating it again should be a decision, not an \
          accident.",
    source: "AFT Management API, ApiKey",
    also: Some((Severity::Error, "until the run allows the address")),
    wrong: "`erp-orders` was deleted in the portal on Friday, and its manifest would create it again on Monday.",
    right: "The manifest is removed, or a new name such as `erp-orders.g2` is declared.",
    ..Rule::warning("MFT-037").by_plan()
};
