//! KW-008. Decided in `manifest/read.rs`.

use crate::rule::Rule;

pub static KW_008: Rule = Rule {
    says: "No value is null or left empty after its colon.",
    why: "An omitted field is unmanaged, and an empty text clears the field. A null could mean either.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-008").shown_by(cases!("kw-008"))
};
