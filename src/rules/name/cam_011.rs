//! CAM-011. Decided in `rules/name/duplicates.rs` and `stores/embedded/applications.rs`.

use crate::rule::Rule;

pub static CAM_011: Rule = Rule {
    says: "An application is declared once for its user.",
    why: "Keywright finds a live application by its user and its name. With two manifests of that pair it could not \
          know whose keys are whose.",
    source: "Inferred: the store does not promise unique names",
    ..Rule::fixed("CAM-011").shown_by(cases!("cam-011"))
};
