//! KW-005. Decided in `manifest/read.rs` and `store.rs`.

use crate::rule::Rule;

pub static KW_005: Rule = Rule {
    says: "A manifest contains only fields that its kind has.",
    why: "A mistyped field would be ignored, and the store would keep a value that everyone believes has changed.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-005").shown_by(cases!("kw-005"))
};
