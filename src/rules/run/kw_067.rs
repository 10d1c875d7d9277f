//! KW-067. Decided in `cli/session/commit.rs`.

use crate::rule::Rule;

pub static KW_067: Rule = Rule {
    says: "A saved plan is applied where the manifests still declare what it was made from.",
    why: "Another commit may have been merged after the review. The plan still does what was reviewed, so this is a warning; \
          with `--strict` nothing is applied.",
    source: "Keywright's own rule",
    wrong: "The plan was made from commit 3f2a9c01d7e4. Before it is applied, a commit changes the quota of a plan.",
    right: "The pipeline makes and applies the plan from one commit.",
    ..Rule::warning("KW-067").by_plan()
};
