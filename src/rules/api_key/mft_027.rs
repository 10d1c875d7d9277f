//! MFT-027. Decided in `plan/transfer_rules.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_027: Rule = Rule {
    says: "The lists of a live key are understood before they are changed; a key that is not changed gets a warning.",
    why: "How the server writes a list is not documented. Rewriting one that was not understood could drop or open \
          access unseen.",
    source: "Format not documented",
    also: Some((Severity::Warning, "for a key that is left on as it is, or switched off")),
    wrong: "The live key says `41;north-region` for its organizations, and the plan would add one.",
    right: "The list is put right in the portal, so that it holds only numbers; then Keywright changes it.",
    ..Rule::fixed("MFT-027").by_plan()
};
