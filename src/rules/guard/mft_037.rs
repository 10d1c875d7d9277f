//! MFT-037. Decided in `plan/transfer_guards.rs` and `plan/transfer_rules.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_037: Rule = Rule {
    says: "A new key does not reuse the name of a deleted key unless the run allows the address.",
    why: "Someone removed that key, perhaps because it leaked. Creating it again should be a deliberate decision.",
    source: "AFT Management API, ApiKey",
    also: Some((Severity::Error, "until the run allows the address")),
    wrong: "`erp-orders` was deleted in the portal on Friday, and its manifest would create it again on Monday.",
    right: "The manifest is removed, or it declares a new name such as `erp-orders.g2`.",
    ..Rule::warning("MFT-037").by_plan()
};
