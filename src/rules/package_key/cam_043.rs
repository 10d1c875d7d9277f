//! CAM-043. Decided in `rules/database.rs`, `rules/secret_source.rs` and `rules/stores.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static CAM_043: Rule = Rule {
    says: "The value or the secret of a key is not written into a manifest.",
    why: "A manifest lives in version control, where everybody who can read the repository has the key, and where it \
          stays after it was removed.",
    source: "Inferred: no vendor page says it",
    also: Some((Severity::Error, "for a credential in keywright.yaml, which opens the whole store")),
    ..Rule::warning("CAM-043").shown_by(cases!("cam-043"))
};
