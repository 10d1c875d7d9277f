//! KW-006. Decided in `manifest/application.rs`, `manifest/document.rs`, `manifest/package_key.rs`,
//! `manifest/workspace.rs`, `rules/secret_source.rs`, `rules/stores.rs` and `rules/stores/transfer.rs`.

use crate::rule::Rule;

pub static KW_006: Rule = Rule {
    says: "A manifest contains every field that its kind requires.",
    why: "Without such a field, the object cannot be found or created in the store, and the apply would fail halfway.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-006").shown_by(cases!("kw-006"))
};
