//! KW-002. Decided in `manifest/tree.rs`.

use crate::rule::Rule;

pub static KW_002: Rule = Rule {
    says: "A manifest is valid YAML.",
    why: "Text that is not YAML has no clear meaning, and a guess could drop half of a file.",
    source: "Keywright's own rule; YAML 1.2.2",
    ..Rule::fixed("KW-002").shown_by(cases!("kw-002"))
};
