//! KW-140. Decided in `plan/removal.rs`.

use crate::rule::Rule;

pub static KW_140: Rule = Rule {
    says: "A manifest with `removed: true` removes a user, or active keys, only if the run or the settings allow its address.",
    why: "Everything that hangs on the object goes with it, and its callers lose access.",
    source: "Keywright's own rule",
    wrong: "The user `ann` has `removed: true` and an application with an active key, and the run allows nothing.",
    right: "The run uses `--allow user/ann`, which covers everything that hangs on the user.",
    ..Rule::fixed("KW-140").by_plan()
};
