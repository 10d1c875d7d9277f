//! MFT-025. Decided in `plan/organizations.rs` and `plan/transfer_rules/listing.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_025: Rule = Rule {
    says: "Every organization that a key names is exactly one organization of the store that is not deleted.",
    why: "The server stores numbers. A code that fits two organizations, or none, would open the wrong one.",
    source: "AFT Management API, Organization",
    also: Some((Severity::Warning, "where the credential may not see the organizations and a number is written")),
    wrong: "The key says `allowedOrgs: [ACME]`, and two organizations have the name ACME.",
    right: "The key says `allowedOrgs: [\"id:41\"]`, the number of the one that is meant.",
    ..Rule::fixed("MFT-025").by_plan()
};
