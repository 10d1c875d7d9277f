//! MFT-033. Decided in `stores/managed_file_transfer/make.rs`.

use crate::rule::Rule;

pub static MFT_033: Rule = Rule {
    says: "A field that was written reads back as it was sent.",
    why: "For most fields it is not documented whether an update saves them. If an expiry date or a limit was not \
          saved, the key allows more than the manifest does.",
    source: "AFT Management API, ApiKey",
    wrong: "The apply sends a new `expires` for `erp-orders`; the list afterwards still shows the old one.",
    right: "The field is set in the portal, or the key is rotated, because a new key takes all fields.",
    ..Rule::fixed("MFT-033").by_apply()
};
