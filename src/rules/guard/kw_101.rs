//! KW-101. Decided in `plan/guards/limits.rs`.

use crate::rule::Rule;

pub static KW_101: Rule = Rule {
    says: "A run does not delete or replace more objects of one kind than the workspace allows: a percentage or a \
           count, whichever is more.",
    why: "So many deletes at once are usually a mistake: a wrong folder, a wrong branch, a bad merge. Each of the \
          deleted keys has consumers.",
    source: "Keywright's own rule",
    wrong: "A merge dropped a folder, and the plan would delete 120 of 300 keys; the workspace allows 30 percent and \
            10 objects.",
    right: "The folder is restored. If the deletes are intended, they are allowed or spread over several runs.",
    ..Rule::fixed("KW-101").by_plan()
};
