//! KW-101. Decided in `plan/guards.rs`.

use crate::rule::Rule;

pub static KW_101: Rule = Rule {
    says: "A run does not delete and replace more objects than the workspace allows, by percentage and by count.",
    why: "So many at once are most often a mistake: a wrong folder, a wrong branch, a bad merge. Every key among them \
          has consumers.",
    source: "Keywright's own rule",
    wrong: "A merge dropped a folder, and the plan would delete 120 of 300 keys; the workspace allows 30 percent and \
            10 objects.",
    right: "The folder is brought back. Or the deletes are meant, and are allowed or spread over several runs.",
    ..Rule::fixed("KW-101").by_plan()
};
