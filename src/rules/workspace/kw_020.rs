//! KW-020. Decided in `cli/session/snapshot.rs`.

use crate::rule::Rule;

pub static KW_020: Rule = Rule {
    says: "A run with --prune covers the whole workspace, not only some of its paths.",
    why: "Objects outside the given paths would look as if they were not declared. One half of a repository must \
          not delete the other half.",
    source: "Keywright's own rule",
    wrong: "The command is `keywright apply --prune teams/payments.yaml`, and `keywright.yaml` covers all of `teams`.",
    right: "The command is `keywright apply --prune`, or `keywright apply teams/payments.yaml` without prune.",
    ..Rule::fixed("KW-020").by_plan()
};
