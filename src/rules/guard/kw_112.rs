//! KW-112. Decided in `plan/memory_guards.rs`.

use crate::rule::Rule;

pub static KW_112: Rule = Rule {
    says: "An object that another workspace of the same database declared is pruned, or removed by `removed: true`, only if \
           the run allows its address or that of its user or application.",
    why: "Two workspaces whose `ownership` overlaps would delete each other's objects: what one declares is undeclared in the \
          other. The database knows a workspace by the `metadata.name` of its keywright.yaml.",
    source: "Keywright's own rule",
    wrong: "Two workspaces own all users of an area. One declares `alice`, and the other prunes.",
    right: "Each workspace owns only what it declares, for example `users: {prefix: shop-}`.",
    ..Rule::fixed("KW-112").by_plan()
};
