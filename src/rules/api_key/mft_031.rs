//! MFT-031. Decided in `plan/transfer_rules.rs`.

use crate::rule::Rule;

pub static MFT_031: Rule = Rule {
    says: "A change that widens access is pointed out: enabling, more organizations, more API types, a later end or \
           none.",
    why: "A reviewer should see at once which changes open something.",
    source: "Review aid, inferred",
    wrong: "A change from `allowedOrgs: [ACME]` to `allOrgs: true` goes through a review that looked at forty other \
            lines.",
    right: "The plan marks the change as widening, and the reviewer agrees to it or asks.",
    ..Rule::info("MFT-031").by_plan()
};
