//! KW-006. Decided in `manifest/application.rs`, `manifest/document.rs`, `manifest/package_key.rs`,
//! `manifest/workspace.rs`, `rules/secret_source.rs`, `rules/stores.rs` and `rules/stores/transfer.rs`.

use crate::rule::Rule;

pub static KW_006: Rule = Rule {
    says: "A manifest says everything that its kind requires.",
    why: "Without it the object can not be found in the store or can not be created, and the apply would fail half \
          way.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-006").shown_by(cases!("kw-006"))
};
