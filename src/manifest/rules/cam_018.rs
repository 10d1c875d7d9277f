//! CAM-018. Decided in `manifest/document.rs`, `rules/name/duplicates.rs` and `stores/embedded/plans.rs`.

use crate::rule::Rule;

pub static CAM_018: Rule = Rule {
    says: "The name of a package plan has 1 to 255 characters and is declared once in its package.",
    why: "Keys name their package plan, and Keywright finds it in the store by package and name. If two plans have the \
          same name, it is unclear which limits a key gets.",
    source: "Mashery V3 docs, Plans",
    ..Rule::fixed("CAM-018").shown_by(cases!("cam-018"))
};
