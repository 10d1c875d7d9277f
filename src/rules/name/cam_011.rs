//! CAM-011. Decided in `rules/name/duplicates.rs` and `stores/embedded/applications.rs`.

use crate::rule::Rule;

pub static CAM_011: Rule = Rule {
    says: "An application is declared once for its user.",
    why: "Keywright finds a live application by its user and its name. If two manifests share both, it cannot know \
          which keys belong to which.",
    source: "Inferred: the store does not promise unique names",
    ..Rule::fixed("CAM-011").shown_by(cases!("cam-011"))
};
