//! CAM-033. Decided in `plan/expiry.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static CAM_033: Rule = Rule {
    says: "A new package key expires in the future; for a key that exists, a past date is a warning.",
    why: "A key that has expired when it is created is useless, and its consumer notices only when calls fail. Usually \
          the year is mistyped.",
    source: "Inferred from Boomi help, Creating package keys",
    also: Some((Severity::Warning, "for a key that exists")),
    ..Rule::error("CAM-033").by_plan().shown_by(cases!("cam-033"))
};
