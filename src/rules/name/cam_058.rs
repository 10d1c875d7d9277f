//! CAM-058. Decided in `rules/name/duplicates.rs`.

use crate::rule::Rule;

pub static CAM_058: Rule = Rule {
    says: "Every object is declared once.",
    why: "Two manifests for one object would overwrite each other in every run, and it is unclear which one is right.",
    source: "Inferred: no vendor page says it",
    ..Rule::fixed("CAM-058").shown_by(cases!("cam-058"))
};
