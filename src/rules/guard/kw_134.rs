//! KW-134. Decided in `plan/guards/moved/delivered.rs`.

use crate::rule::Rule;

pub static KW_134: Rule = Rule {
    says: "A new key replaces the value of another key that is in use, where that is delivered, only with consent.",
    why: "The value shows that a program reads the other key there, whatever the manifests are called: most often it is the same \
          key with another name or in another place. A second one would be made, and the first one would live on without a \
          manifest and without its readers.",
    source: "Keywright's own rule",
    wrong: "`key/k` was renamed to `key/n` on a machine without memory, and `secrets/shop.env` has the value of the old one.",
    right: "`key/n` has `key: {existing: ID}`, or is delivered to another file, or the run uses `--allow key/n`.",
    ..Rule::fixed("KW-134").by_plan()
};
