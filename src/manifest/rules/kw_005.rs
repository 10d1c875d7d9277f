//! KW-005. Decided in `manifest/read.rs` and `store.rs`.

use crate::rule::Rule;

pub static KW_005: Rule = Rule {
    says: "A manifest holds only fields that its kind knows.",
    why: "A mistyped field would be ignored, and the store would keep a value that everybody believes to be changed.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-005").shown_by(cases!("kw-005"))
};
