//! MFT-031. Decided in `plan/transfer_rules.rs`.

use crate::rule::Rule;

pub static MFT_031: Rule = Rule {
    says: "A change that widens access is reported: enabling, more organizations or API types, a later expiry date or \
           none.",
    why: "A reviewer should see at once which changes widen access.",
    source: "Review aid, inferred",
    wrong: "A change from `allowedOrgs: [ACME]` to `allOrgs: true` passes a review among forty other lines.",
    right: "The plan marks the change as widening, and the reviewer approves or questions it.",
    ..Rule::info("MFT-031").by_plan()
};
