//! MFT-008. Decided in `rules/api_key/mft_007.rs`.

use crate::rule::Rule;

pub static MFT_008: Rule = Rule {
    says: "An API key either lists its API types in allowedApis or sets `allApis: true`, but not both.",
    why: "It is not documented whether an empty list means all API types or none. A forgotten line must not allow all.",
    source: "Thru user guide, API Keys",
    ..Rule::fixed("MFT-008").shown_by(cases!("mft-008"))
};
