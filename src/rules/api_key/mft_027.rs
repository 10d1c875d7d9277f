//! MFT-027. Decided in `plan/transfer_rules.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_027: Rule = Rule {
    says: "Keywright changes a field of a live key only if it can parse the field; for a key that it leaves unchanged \
           or disables, this is a warning.",
    why: "It is not documented how the store writes a list. Rewriting a list that could not be parsed could silently \
          remove or widen access.",
    source: "Format not documented",
    also: Some((Severity::Warning, "for a key that is left unchanged, or is disabled")),
    wrong: "The live key has `41;north-region` as its organizations, and the plan would add one.",
    right: "The list is fixed in the portal so that it contains only numbers; then Keywright can change it.",
    ..Rule::fixed("MFT-027").by_plan()
};
