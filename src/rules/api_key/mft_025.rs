//! MFT-025. Decided in `plan/organizations.rs` and `plan/transfer_rules/listing.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_025: Rule = Rule {
    says: "Every organization that a key names matches exactly one organization in the store that is not deleted.",
    why: "The store keeps numbers. A code that matches no organization or more than one could allow the wrong one.",
    source: "AFT Management API, Organization",
    also: Some((Severity::Warning, "if the credential cannot list the organizations and the manifest names a number")),
    wrong: "The key sets `allowedOrgs: [ACME]`, and two organizations have the name ACME.",
    right: "The key sets `allowedOrgs: [\"id:41\"]`, the number of the intended organization.",
    ..Rule::fixed("MFT-025").by_plan()
};
