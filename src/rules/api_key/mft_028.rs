//! MFT-028. Decided in `plan/transfer_rules.rs`.

use crate::rule::Rule;

pub static MFT_028: Rule = Rule {
    says: "A live key without limits is reported if its manifest limits it or no manifest declares it.",
    why: "Such a key reaches every organization or every API of its user. After a leak, check it first.",
    source: "Thru user guide, API Keys",
    wrong: "The live key `erp-orders` has an empty list of organizations, and its manifest sets `allowedOrgs: [ACME]`.",
    right: "The apply writes the list, and the live key matches the manifest.",
    ..Rule::warning("MFT-028").by_plan()
};
