//! MFT-035. Decided in `plan/transfer_rules/listing.rs`.

use crate::rule::Rule;

pub static MFT_035: Rule = Rule {
    says: "Every live key has a name.",
    why: "A key without a name cannot be declared, matched or distinguished. It stays valid and unmanaged.",
    source: "AFT Management API, ApiKey",
    wrong: "The list contains a key whose keyName is empty.",
    right: "The key gets a name in the portal, or is deleted there.",
    ..Rule::warning("MFT-035").by_plan()
};
