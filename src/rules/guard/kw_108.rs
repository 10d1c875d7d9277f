//! KW-108. Decided in `plan/guards/objects.rs`.

use crate::rule::Rule;

pub static KW_108: Rule = Rule {
    says: "A key that was declared with `existing` and is gone is replaced by a new one only if the run allows its address.",
    why: "The key was deleted outside Keywright, or the store does not show it. Its callers do not get the new value by themselves.",
    source: "Keywright's own rule",
    wrong: "A manifest has `key: {existing: ID, generate: {prefix: chk_}}`, and the store has neither the key with this id \
            nor one with the prefix.",
    right: "The run uses `--allow` with the address of the key; or the manifest is removed.",
    ..Rule::fixed("KW-108").by_plan()
};
