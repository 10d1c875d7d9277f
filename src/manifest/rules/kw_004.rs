//! KW-004. Decided in `manifest/tree.rs`.

use crate::rule::Rule;

pub static KW_004: Rule = Rule {
    says: "A key stands once in a mapping.",
    why: "YAML readers keep the first or the last of two, and people read the other. One of the two lines would be \
          without effect.",
    source: "Keywright's own rule; YAML 1.2.2, §3.2.1.3",
    ..Rule::fixed("KW-004").shown_by(cases!("kw-004"))
};
