//! CAM-025. Decided in `matching/keys.rs`, `rules/values.rs` and `stores/embedded/package_keys.rs`.

use crate::rule::Rule;

pub static CAM_025: Rule = Rule {
    says: "No two keys of one package have the same value.",
    why: "A caller sends only the value, so the gateway could not distinguish the two applications. The store keeps a \
          value once per package and refuses the second one.",
    source: "Inferred from Mashery V3 docs, Package keys",
    ..Rule::fixed("CAM-025").shown_by(cases!("cam-025"))
};
