//! KW-121. Decided in `plan/consent.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static KW_121: Rule = Rule {
    says: "Every one of the `consents` still counts.",
    why: "After its last day a consent lifts no guard. One whose address names nothing may be misspelled.",
    source: "Keywright's own rule",
    also: Some((Severity::Info, "if its address names nothing that is declared or in the store")),
    wrong: "`keywright.yaml` has `consents: [{allow: key/checkout, why: moved, until: 2026-06-30}]`, and it is July.",
    right: "The entry is removed, because the change was made; or it has a later date that someone reviewed.",
    ..Rule::warning("KW-121").by_plan()
};
