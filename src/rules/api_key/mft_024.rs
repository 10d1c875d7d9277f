//! MFT-024. Decided in `matching/named.rs` and `stores/managed_file_transfer/make.rs`.

use crate::rule::Rule;

pub static MFT_024: Rule = Rule {
    says: "A managed name belongs to at most one live key.",
    why: "The store allows duplicates. If two keys have the same name, it is unclear which one a change would affect, \
          and which one the callers use.",
    source: "AFT Management API, ApiKey",
    wrong: "The store holds two keys `erp-orders`, because someone repeated a create by hand.",
    right: "The unused key is deleted in the portal, and the manifest matches the other one.",
    ..Rule::fixed("MFT-024").by_plan()
};
