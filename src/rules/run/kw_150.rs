//! KW-150. Decided in `plan/dead_values.rs`.

use crate::rule::Rule;

pub static KW_150: Rule = Rule {
    says: "A file to which the value of a key was delivered does not keep it after the key is deleted.",
    why: "Keywright deletes no delivered value, because other values may be in the same file. Programs that read it get a value \
          with which every call is refused.",
    source: "Keywright's own rule",
    wrong: "`key/k` is removed, and `secrets/shop.env` still has its value.",
    right: "The variable is taken out of the file, or another key is delivered to it.",
    ..Rule::info("KW-150").by_plan()
};
