//! KW-142. Decided in `plan/removal/done.rs`.

use crate::rule::Rule;

pub static KW_142: Rule = Rule {
    says: "A manifest with `removed: true` names an object that is in the store.",
    why: "When the object is gone, the manifest has done its work and can be taken out.",
    source: "Keywright's own rule",
    wrong: "The user `ann` has `removed: true` and is no longer in the store.",
    right: "The manifest of `ann` is gone.",
    ..Rule::info("KW-142").by_plan()
};
