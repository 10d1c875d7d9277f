//! MFT-023. Decided in `plan/transfer_rules.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_023: Rule = Rule {
    says: "The user of the credential is the one that the workspace names as owner; for a plan without changes another \
           one is a warning.",
    why: "The server lists only the keys of the current user. With another user all keys look absent: a run would \
          create every one of them a second time.",
    source: "AFT Management API, ApiKey",
    also: Some((Severity::Warning, "for a plan without changes, which can harm nothing")),
    wrong: "The workspace says `owner: svc-aft`; today the credential belongs to `bob` and no key is found.",
    right: "The run uses the credential of `svc-aft` again.",
    ..Rule::fixed("MFT-023").by_plan()
};
