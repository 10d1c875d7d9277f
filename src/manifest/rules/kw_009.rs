//! KW-009. Decided in `manifest/document.rs` and `manifest/workspace.rs`.

use crate::rule::Rule;

pub static KW_009: Rule = Rule {
    says: "A document has an apiVersion and a kind that Keywright supports.",
    why: "Keywright could misread a document of another program or of a later version, so it refuses such documents.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-009").shown_by(cases!("kw-009"))
};
