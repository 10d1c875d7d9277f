//! MFT-030. Decided in `plan/transfer_guards.rs` and `plan/transfer_rules.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_030: Rule = Rule {
    says: "The key that Keywright itself uses is never disabled, restricted, or set to expire.",
    why: "The run would lock itself out and could not undo the change. Only the portal could restore access.",
    source: "Self-protection, inferred",
    also: Some((Severity::Warning, "if Keywright cannot determine which key it uses: it may be a declared one")),
    wrong: "The credential of the run is the live key `ci-keywright`, and its manifest sets `enabled: false`.",
    right: "Another credential is set up first; then the old key is disabled.",
    ..Rule::fixed("MFT-030").by_plan()
};
