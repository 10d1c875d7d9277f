//! KW-109. Decided in `plan/memory_guards.rs`.

use crate::rule::Rule;

pub static KW_109: Rule = Rule {
    says: "An object that was protected when it was last applied is deleted only if the run allows its address.",
    why: "With its manifest, its `protect: true` is gone too. The workspace database remembers that someone protected it.",
    source: "Keywright's own rule",
    wrong: "`checkout-production` has `protect: true`; a commit removes its manifest, and the run prunes.",
    right: "The manifest is restored; or the run uses `--allow key/checkout-production`.",
    ..Rule::fixed("KW-109").by_plan()
};
