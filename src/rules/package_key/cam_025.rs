//! CAM-025. Decided in `matching/keys.rs`, `rules/values.rs` and `stores/embedded/package_keys.rs`.

use crate::rule::Rule;

pub static CAM_025: Rule = Rule {
    says: "No two keys of one package have the same value.",
    why: "The value is all that a caller sends, so the gateway could not tell the two applications apart. The store \
          holds a value once in a package and refuses the second.",
    source: "Inferred from Mashery V3 docs, Package keys",
    ..Rule::fixed("CAM-025").shown_by(cases!("cam-025"))
};
