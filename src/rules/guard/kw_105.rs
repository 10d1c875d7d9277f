//! KW-105. Decided in `plan/guards/last_keys.rs`.

use crate::rule::Rule;

pub static KW_105: Rule = Rule {
    says: "Changes leave an application without an active key for a package only if the run allows the address of each \
           of them or of the application, also if the application is deleted.",
    why: "Without an active key the application cannot make a single call to the APIs of the package.",
    source: "Keywright's own rule",
    wrong: "The only active key of `checkout` is no longer declared, and the run prunes.",
    right: "A new key is declared and delivered first; or the run uses `--allow` with the address of the old key.",
    ..Rule::fixed("KW-105").by_plan()
};
