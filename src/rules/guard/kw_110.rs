//! KW-110. Decided in `plan/memory_guards.rs`.

use crate::rule::Rule;

pub static KW_110: Rule = Rule {
    says: "An object that the workspace database does not know as declared is pruned only if the run allows its address \
           or that of its user or application.",
    why: "Other programs and people create objects too, and ownership cannot distinguish their objects from those whose \
          manifest was removed. A run without the database of earlier runs knows none.",
    source: "Keywright's own rule",
    wrong: "The workspace owns all applications of `alice`, a person added one in the portal, and the run prunes.",
    right: "The application is declared; or the run uses `--allow application/alice/theirs`.",
    ..Rule::fixed("KW-110").by_plan()
};
