//! KW-009. Decided in `manifest/document.rs` and `manifest/workspace.rs`.

use crate::rule::Rule;

pub static KW_009: Rule = Rule {
    says: "A document says an apiVersion and a kind that Keywright knows.",
    why: "A document of another program or of a later version would be half understood. Keywright refuses what it does \
          not know.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-009").shown_by(cases!("kw-009"))
};
