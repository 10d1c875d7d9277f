//! KW-023. Decided in `cli/session/history.rs`.

use crate::rule::Rule;

pub static KW_023: Rule = Rule {
    says: "The previous run finished.",
    why: "An interrupted run may have made changes that it did not report. Its journal records what was in progress, \
          and the plan shows the current state.",
    source: "Keywright's own rule",
    wrong: "An `apply` is killed halfway; the next `plan` reports what was in progress.",
    right: "The next `apply` continues from the current state and finishes, and later plans no longer report it.",
    ..Rule::warning("KW-023").by_plan()
};
