//! MFT-017. Decided in `plan/expiry.rs`.

use crate::rule::Rule;

pub static MFT_017: Rule = Rule {
    says: "An API key expires within 365 days.",
    why: "Keys that live for years are rarely rotated on time. A year is the usual limit, and the workspace can turn \
          this warning into an error.",
    source: "Policy of Keywright",
    ..Rule::warning("MFT-017").by_plan().shown_by(cases!("mft-017"))
};
