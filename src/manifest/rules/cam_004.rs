//! CAM-004. Decided in `manifest/user.rs`, `rules/user.rs` and `plan/odd_values.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static CAM_004: Rule = Rule {
    says: "The displayName of a user has 1 to 255 characters.",
    why: "The store requires it to create a user. An empty one fails in the middle of an apply, together with the \
          applications and keys of the user.",
    source: "Mashery V3 docs, Members",
    also: Some((Severity::Warning, "for a value that only the store can have: a plan does not write it")),
    ..Rule::fixed("CAM-004").shown_by(cases!("cam-004"))
};
