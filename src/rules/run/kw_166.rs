//! KW-166. Decided in `plan/copies.rs`.

use crate::rule::Rule;

pub static KW_166: Rule = Rule {
    says: "No sink keeps the value of a living key that the manifests do not deliver there any more.",
    why: "Keywright takes nothing out of a sink: what it does not name any more may be read by programs that still work. The \
          copy works as long as its key does.",
    source: "Keywright's own rule",
    wrong: "A manifest no longer delivers its key to `vault-eu`, which received the value that is in use.",
    right: "The copy is deleted in the sink and the key is rotated, so that the old value ends.",
    ..Rule::warning("KW-166").by_plan()
};
