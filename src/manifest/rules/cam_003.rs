//! CAM-003. Decided in `manifest/user.rs`, `rules/user.rs` and `plan/odd_values.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static CAM_003: Rule = Rule {
    says: "The email of a user is not empty, has at most 255 characters, and contains exactly one `@`.",
    why: "The store requires an email to create a user, and it cannot be changed later. The only way to fix a wrong \
          one is to give up the username.",
    source: "Mashery V3 docs, Members",
    also: Some((Severity::Warning, "for a value that only the store can have: a plan does not write it")),
    ..Rule::fixed("CAM-003").shown_by(cases!("cam-003"))
};
