//! MFT-030. Decided in `plan/transfer_guards.rs` and `plan/transfer_rules.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_030: Rule = Rule {
    says: "The key that Keywright runs with is never disabled, narrowed, or made to expire.",
    why: "The run would cut itself off, and could not undo it. Only the portal could help then.",
    source: "Self-protection, inferred",
    also: Some((Severity::Warning, "where nobody can tell which key that is: a declared key may be another")),
    wrong: "The credential of the run is the live key `ci-keywright`, and its manifest says `enabled: false`.",
    right: "Another credential is set up first; then the old key is disabled.",
    ..Rule::fixed("MFT-030").by_plan()
};
