//! CAM-085. Decided in `rules/values.rs`, `plan/shared_values.rs` and `stores/cloud_api_management/explain.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static CAM_085: Rule = Rule {
    says: "Keys of different applications have different values, also in different packages.",
    why: "The service refuses a custom value that another application has in a plan with a common service: a caller sends \
          only the value, so the gateway could not distinguish the two applications. A key that moves could be deleted and \
          then be refused.",
    source: "Boomi, release notes of November 2024 (WA-12320)",
    also: Some((Severity::Error, "for a key that moves inside its package, because it is deleted first")),
    ..Rule::warning("CAM-085").shown_by(cases!("cam-085"))
};
