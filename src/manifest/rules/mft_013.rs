//! MFT-013. Decided in `manifest/scalar.rs`.

use crate::rule::Rule;

pub static MFT_013: Rule = Rule {
    says: "The `expires` of an API key is a time with its offset, such as 2027-06-30T00:00:00Z, or `never`.",
    why: "Without an offset, each reader may assume another time zone. The key would expire hours too early or late.",
    source: "AFT Management API, ApiKey",
    ..Rule::fixed("MFT-013").shown_by(cases!("mft-013"))
};
