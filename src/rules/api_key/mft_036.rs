//! MFT-036. Decided in `plan/transfer_rules/listing.rs`.

use crate::rule::Rule;

pub static MFT_036: Rule = Rule {
    says: "A live key whose `name` differs from its `keyName` is pointed out.",
    why: "What `name` means is not documented. A difference tells that it is not merely another word for keyName, \
          which Keywright relies on nowhere.",
    source: "AFT Management API, ApiKey",
    wrong: "The live key `erp-orders` says `name: svc-aft`.",
    right: "Both say `erp-orders`, or the difference is known and no harm.",
    ..Rule::info("MFT-036").by_plan()
};
