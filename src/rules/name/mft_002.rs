//! MFT-002. Decided in `matching/named.rs`, `rules/name/duplicates.rs` and `stores/embedded/api_keys.rs`.

use crate::rule::Rule;

pub static MFT_002: Rule = Rule {
    says: "Every API key is declared once.",
    why: "The store does not promise unique names and does not refuse duplicates. Two manifests with the same name \
          would create two keys that cannot be distinguished.",
    source: "AFT Management API, ApiKey",
    ..Rule::fixed("MFT-002").shown_by(cases!("mft-002"))
};
