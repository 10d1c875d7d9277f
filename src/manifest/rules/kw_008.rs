//! KW-008. Decided in `manifest/read.rs`.

use crate::rule::Rule;

pub static KW_008: Rule = Rule {
    says: "No value is null or left empty after its colon.",
    why: "A field that is left out is not managed, and an empty text is a wish for emptiness. A null could be either.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-008").shown_by(cases!("kw-008"))
};
