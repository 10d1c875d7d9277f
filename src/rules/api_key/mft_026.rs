//! MFT-026. Decided in `plan/transfer_rules/listing.rs`.

use crate::rule::Rule;

pub static MFT_026: Rule = Rule {
    says: "A live key names only organizations that still exist.",
    why: "A deleted organization is only marked as deleted, and keys keep its number. Such an entry has no effect \
          today, but no one knows its effect if the organization is restored.",
    source: "AFT Management API, Organization",
    wrong: "The live key `erp-orders` allows the organization 57, which is not in the list of organizations.",
    right: "The manifest names the remaining organizations, and the next apply writes them.",
    ..Rule::warning("MFT-026").by_plan()
};
