//! KW-156. Decided in `adopt.rs`.

use crate::rule::Rule;

pub static KW_156: Rule = Rule {
    says: "`keywright drift --adopt` writes every edit of the store to the manifests.",
    why: "It replaces single values and nothing else, and only where the manifests then declare exactly that. It does not decide \
          between a newer manifest and the store, and deletes no manifest.",
    source: "Keywright's own rule",
    wrong: "`displayName` is an alias (`*name`), a text over several lines, or the manifest changed it, too.",
    right: "The value is written to the manifest by hand.",
    ..Rule::warning("KW-156").by_plan()
};
