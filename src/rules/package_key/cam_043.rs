//! CAM-043. Decided in `rules/database.rs`, `rules/secret_source.rs` and `rules/stores.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static CAM_043: Rule = Rule {
    says: "The value or the secret of a key is not written in a manifest.",
    why: "A manifest is in version control: everyone who can read the repository has the key, and the key stays in the \
          history after it is removed.",
    source: "Inferred: no vendor page says it",
    also: Some((Severity::Error, "for a credential in keywright.yaml, which gives access to the whole store")),
    ..Rule::warning("CAM-043").shown_by(cases!("cam-043"))
};
