//! MFT-006. Decided in `manifest/api_key.rs` and `rules/api_key.rs`.

use crate::rule::Rule;

pub static MFT_006: Rule = Rule {
    says: "An API key declares `enabled: true` or `enabled: false`, unless its state is disabled or absent.",
    why: "The store always keeps one of the two, and most likely reads a missing value as false. A forgotten line must \
          not disable a key.",
    source: "AFT Management API, ApiKey",
    ..Rule::fixed("MFT-006").shown_by(cases!("mft-006"))
};
