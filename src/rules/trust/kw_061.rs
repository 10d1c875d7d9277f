//! KW-061. Decided in `settings_diff/findings.rs`.

use crate::rule::Rule;

pub static KW_061: Rule = Rule {
    says: "Changes to `keywright.yaml` that weaken nothing are listed.",
    why: "A change to which manifests are read, or how fast a store is called, explains differences in the plan.",
    source: "Keywright's own rule",
    wrong: "A pull request changes `manifests: [.]` to `[teams]`, and nothing explains why objects are missing in the \
            plan.",
    right: "The plan lists the change `spec.manifests`: [.] → [teams].",
    ..Rule::info("KW-061")
};
