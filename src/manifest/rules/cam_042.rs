//! CAM-042. Decided in `manifest/document.rs`, `manifest/package_key.rs` and `rules/package_key.rs`.

use crate::rule::Rule;

pub static CAM_042: Rule = Rule {
    says: "A generated key has a label: the `name` in its metadata.",
    why: "The value of a generated key is known only after the key is created. Until then, people, plans and \
          deliveries can only use the label.",
    source: "Inferred from Boomi help, Creating package keys",
    ..Rule::fixed("CAM-042").shown_by(cases!("cam-042"))
};
