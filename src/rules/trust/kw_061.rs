//! KW-061. Decided in `settings_diff/findings.rs`.

use crate::rule::Rule;

pub static KW_061: Rule = Rule {
    says: "Changes to `keywright.yaml` that weaken nothing are listed.",
    why: "A stronger guard, or another time limit for programs, explains differences in the plan.",
    source: "Keywright's own rule",
    wrong: "A pull request changes `commandTimeout: 10s` to `1s`, and nothing explains why a program fails.",
    right: "The plan lists the change `spec.environment.commandTimeout`: 10s → 1s.",
    ..Rule::info("KW-061").first()
};
