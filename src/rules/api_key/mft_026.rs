//! MFT-026. Decided in `plan/transfer_rules/listing.rs`.

use crate::rule::Rule;

pub static MFT_026: Rule = Rule {
    says: "A live key names no organization that is gone.",
    why: "Organizations are only marked as deleted, and keys keep their numbers. Such an entry does nothing today, and \
          nobody knows what it does when the organization comes back.",
    source: "AFT Management API, Organization",
    wrong: "The live key `erp-orders` allows the organization 57, which the list of organizations does not hold.",
    right: "The manifest names the organizations that are left, and the next apply writes them.",
    ..Rule::warning("MFT-026").by_plan()
};
