//! KW-007. Decided in `manifest/api_key.rs`, `manifest/field.rs`, `manifest/package_key.rs`, `manifest/read.rs`,
//! `manifest/schema.rs`, `manifest/workspace.rs`, `rules/database.rs`, `rules/secret_source.rs`, `rules/stores.rs` and
//! `rules/workspace.rs`.

use crate::rule::Rule;

pub static KW_007: Rule = Rule {
    says: "A value has the type of its field and is one of the values that the field allows.",
    why: "YAML reads some texts as numbers or booleans: 01234 loses its zero. Put text in quotes.",
    source: "Keywright's own rule; YAML 1.2.2, §10.3",
    ..Rule::fixed("KW-007").shown_by(cases!("kw-007"))
};
