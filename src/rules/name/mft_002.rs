//! MFT-002. Decided in `matching/named.rs`, `rules/name/duplicates.rs` and `stores/embedded/api_keys.rs`.

use crate::rule::Rule;

pub static MFT_002: Rule = Rule {
    says: "Every API key is declared once.",
    why: "The server promises no unique names and refuses no duplicates. Two manifests of one name would end as two \
          keys that nobody can tell apart.",
    source: "AFT Management API, ApiKey",
    ..Rule::fixed("MFT-002").shown_by(cases!("mft-002"))
};
