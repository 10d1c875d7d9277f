//! KW-105. Decided in `plan/guards.rs`.

use crate::rule::Rule;

pub static KW_105: Rule = Rule {
    says: "The last active key of an application goes only when the run allows that address.",
    why: "After it the application can not make a single call.",
    source: "Keywright's own rule",
    wrong: "The only active key of `checkout` is no longer declared, and the run prunes.",
    right: "A new key is declared and delivered first; or the run says `--allow` with the address of that key.",
    ..Rule::fixed("KW-105").by_plan()
};
