//! MFT-023. Decided in `plan/transfer_rules.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_023: Rule = Rule {
    says: "The credential belongs to the user that the workspace names as owner; for a plan without changes, another \
           user is only a warning.",
    why: "The store lists only the keys of the current user. For another user all keys look absent, and a run would \
          create every key a second time.",
    source: "AFT Management API, ApiKey",
    also: Some((Severity::Warning, "for a plan without changes, which cannot do any harm")),
    wrong: "The workspace sets `owner: svc-aft`; today the credential belongs to `bob`, and no key is found.",
    right: "The run uses the credential of `svc-aft` again.",
    ..Rule::fixed("MFT-023").by_plan()
};
