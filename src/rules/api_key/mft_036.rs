//! MFT-036. Decided in `plan/transfer_rules/listing.rs`.

use crate::rule::Rule;

pub static MFT_036: Rule = Rule {
    says: "A live key whose `name` differs from its `keyName` is reported.",
    why: "It is not documented what `name` means. A difference shows that it is not just a copy of keyName; Keywright \
          does not use it.",
    source: "AFT Management API, ApiKey",
    wrong: "The live key `erp-orders` has `name: svc-aft`.",
    right: "Both are `erp-orders`, or the difference is known and harmless.",
    ..Rule::info("MFT-036").by_plan()
};
