//! CAM-018. Decided in `manifest/document.rs`, `rules/name/duplicates.rs` and `stores/embedded/plans.rs`.

use crate::rule::Rule;

pub static CAM_018: Rule = Rule {
    says: "The name of a plan has 1 to 255 characters and is declared once in its package.",
    why: "Keys name their plan, and Keywright finds it in the store by package and name. With two plans of one name \
          nobody knows which limits a key gets.",
    source: "Mashery V3 docs, Plans",
    ..Rule::fixed("CAM-018").shown_by(cases!("cam-018"))
};
