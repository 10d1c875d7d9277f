//! KW-128. Decided in `plan/guards/replaced.rs`.

use crate::rule::Rule;

pub static KW_128: Rule = Rule {
    says: "`--prune` deletes an active key whose manifest has a new prefix, a new value or a new place only after the \
           overlap of its rotation, or if the run allows its address.",
    why: "The old key is not declared any more, but its callers use it until they have the new value. The new key may be \
          held back, or not be active yet. A manifest with another name that got a key in the same place counts too.",
    source: "Keywright's own rule",
    wrong: "`prefix: chk_` becomes `prefix: pay_`, and the run that creates the new key has `--prune`.",
    right: "The new key is created without `--prune`; when its callers use it, the old one is disabled in the store, or a \
            run has `--prune` and `--allow` with its address.",
    ..Rule::fixed("KW-128").by_plan()
};
