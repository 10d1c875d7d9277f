//! KW-020. Decided in `cli/session/snapshot.rs`.

use crate::rule::Rule;

pub static KW_020: Rule = Rule {
    says: "A run with --prune is given all that the workspace covers, not only some of its paths.",
    why: "What the given paths do not declare would look as if nobody declared it. Half of a repository must not \
          delete the other half.",
    source: "Keywright's own rule",
    wrong: "`keywright apply --prune teams/payments.yaml`, while `keywright.yaml` covers all of `teams`.",
    right: "`keywright apply --prune` in the workspace, or `keywright apply teams/payments.yaml` without prune.",
    ..Rule::fixed("KW-020").by_plan()
};
