//! CAM-002. Decided in `rules/name/duplicates.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static CAM_002: Rule = Rule {
    says: "Every username is declared once; names that differ only in upper and lower case are a warning.",
    why: "Two manifests for one username would overwrite each other in every run. It is not documented whether the \
          store distinguishes `alice` from `Alice`, and a username is unique across all customers of the platform.",
    source: "Mashery V2 docs, member.create",
    also: Some((Severity::Warning, "for names that differ only in upper and lower case")),
    ..Rule::fixed("CAM-002").shown_by(cases!("cam-002"))
};
