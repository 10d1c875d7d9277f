//! KW-007. Decided in `manifest/api_key.rs`, `manifest/field.rs`, `manifest/package_key.rs`, `manifest/read.rs`,
//! `manifest/schema.rs`, `manifest/workspace.rs`, `rules/database.rs`, `rules/secret_source.rs`, `rules/stores.rs` and
//! `rules/workspace.rs`.

use crate::rule::Rule;

pub static KW_007: Rule = Rule {
    says: "A value has the type of its field, and a word is one of those that the field knows.",
    why: "YAML turns some texts into numbers and truth values: 01234 loses its zero. What is meant as text is written \
          in quotes.",
    source: "Keywright's own rule; YAML 1.2.2, §10.3",
    ..Rule::fixed("KW-007").shown_by(cases!("kw-007"))
};
