//! MFT-028. Decided in `plan/transfer_rules.rs`.

use crate::rule::Rule;

pub static MFT_028: Rule = Rule {
    says: "A live key without limits is reported, when its manifest limits it or when no manifest declares it.",
    why: "Such a key reaches every organization or every API of its user. It is the first thing to look at after a \
          leak.",
    source: "Thru user guide, API Keys",
    wrong: "The live key `erp-orders` has an empty list of organizations, and its manifest says `allowedOrgs: [ACME]`.",
    right: "The apply writes the list, and the live key says the same as the manifest.",
    ..Rule::warning("MFT-028").by_plan()
};
