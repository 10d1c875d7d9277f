//! CAM-015. Decided in `manifest/package.rs` and `plan/odd_values.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static CAM_015: Rule = Rule {
    says: "A notification period of a package is minute, hour, day, week or month.",
    why: "The store accepts no other period and refuses the whole package.",
    source: "Mashery V3 docs, Packages",
    also: Some((Severity::Warning, "for a value that only the store can have: a plan does not write it")),
    ..Rule::fixed("CAM-015").shown_by(cases!("cam-015"))
};
