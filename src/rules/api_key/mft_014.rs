//! MFT-014. Decided in `plan/expiry.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_014: Rule = Rule {
    says: "An enabled API key expires in the future; a key that has expired in the store is a warning.",
    why: "Calls with an expired key fail although the manifest enables the key. It is not documented whether the store \
          can revive it later.",
    source: "Thru user guide, API Keys",
    also: Some((Severity::Warning, "for a key that has expired in the store as declared")),
    ..Rule::error("MFT-014").by_plan().shown_by(cases!("mft-014"))
};
