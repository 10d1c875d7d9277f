//! MFT-024. Decided in `matching/named.rs` and `stores/managed_file_transfer/make.rs`.

use crate::rule::Rule;

pub static MFT_024: Rule = Rule {
    says: "A managed name belongs to at most one live key.",
    why: "The server allows duplicates. With two keys of one name nobody knows which one a change would hit, and which \
          one the callers use.",
    source: "AFT Management API, ApiKey",
    wrong: "The store holds two keys `erp-orders`, because a create was repeated by hand.",
    right: "The one that nobody uses is deleted in the portal; the other is left for the manifest.",
    ..Rule::fixed("MFT-024").by_plan()
};
