//! MFT-035. Decided in `plan/transfer_rules/listing.rs`.

use crate::rule::Rule;

pub static MFT_035: Rule = Rule {
    says: "Every live key has a name.",
    why: "A key without a name can not be declared, matched or told apart. It stays open and unmanaged.",
    source: "AFT Management API, ApiKey",
    wrong: "The list of keys holds one whose keyName is empty.",
    right: "The key gets a name in the portal, or is deleted there.",
    ..Rule::warning("MFT-035").by_plan()
};
