//! CAM-014. Decided in `manifest/document.rs`, `rules/name/duplicates.rs` and `stores/embedded/packages.rs`.

use crate::rule::Rule;

pub static CAM_014: Rule = Rule {
    says: "The name of a package has 1 to 255 characters and is declared once.",
    why: "Package plans and keys name their package, and Keywright finds it in the store by that name. If two packages \
          have the same name, every reference to it is a guess.",
    source: "Mashery V2 docs, Package",
    ..Rule::fixed("CAM-014").shown_by(cases!("cam-014"))
};
