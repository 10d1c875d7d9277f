//! KW-134. Decided in `plan/guards/moved/delivered.rs`.

use crate::rule::Rule;

pub static KW_134: Rule = Rule {
    says: "The value of another key that is in use is not replaced where it is delivered, by a new key or by one of the store, \
           without consent.",
    why: "The value shows that a program reads the other key there, whatever the manifests are called. For a new key, most \
          often it is the same key with another name or in another place: a second one would be made, and the first one would \
          live on without a manifest and without its readers. A key of the store, or its successor, that is delivered there \
          takes the place from the readers of the other one.",
    source: "Keywright's own rule",
    wrong: "`key/k` was renamed to `key/n` on a machine without memory, and `secrets/shop.env` has the value of the old one.",
    right: "`key/n` has `key: {existing: ID}`, or is delivered to another file, or the run uses `--allow key/n`.",
    ..Rule::fixed("KW-134").by_plan()
};
