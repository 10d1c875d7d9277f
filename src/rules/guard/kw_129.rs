//! KW-129. Decided in `plan/guards/moved/relabeled.rs`.

use crate::rule::Rule;

pub static KW_129: Rule = Rule {
    says: "A key whose prefix or value changed in its manifest is created a second time only with consent.",
    why: "The store cannot change a value, so a new key is made and delivered. The old one lives on without a manifest, and the \
          callers that have its value from elsewhere use it still.",
    source: "Keywright's own rule",
    wrong: "The manifest of `key/k` changes from `prefix: chk_` to `prefix: pay_`, and the database knows its active key.",
    right: "The manifest has its old prefix, or the run uses `--allow key/k`, and the old key is removed when no one uses it \
            any more. `rotation` does both.",
    ..Rule::fixed("KW-129").by_plan()
};
