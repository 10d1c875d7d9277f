//! MFT-006. Decided in `manifest/api_key.rs` and `rules/api_key.rs`.

use crate::rule::Rule;

pub static MFT_006: Rule = Rule {
    says: "An API key says `enabled: true` or `enabled: false`, unless its state is disabled or absent.",
    why: "The server always stores one of the two and most likely takes a missing one as false. A forgotten line must \
          not switch a key off.",
    source: "AFT Management API, ApiKey",
    ..Rule::fixed("MFT-006").shown_by(cases!("mft-006"))
};
