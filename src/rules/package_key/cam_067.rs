//! CAM-067. Decided in `plan/strangers.rs`.

use crate::rule::Rule;

pub static CAM_067: Rule = Rule {
    says: "Every active key with the prefix of a rotated key is one that Keywright made, or its declared first generation.",
    why: "A person or another program can make a key with the same prefix. Its value is never delivered, and no rotation \
          retires it without consent, because only its maker knows who uses it.",
    source: "Keywright's own rule",
    wrong: "`checkout` has an active key that begins with `chk_` and was in the store before the first apply, and a newer \
            one that Keywright made for `generate: {prefix: chk_}`.",
    right: "The older one is declared as the first generation, `key: {existing: ID, generate: {prefix: chk_}}`, or by a \
            manifest of its own; or a run has `--allow` with its address, and the rotation retires it.",
    ..Rule::warning("CAM-067").by_plan()
};
