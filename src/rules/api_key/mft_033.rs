//! MFT-033. Decided in `stores/managed_file_transfer/make.rs`.

use crate::rule::Rule;

pub static MFT_033: Rule = Rule {
    says: "A field that was written reads back as it was sent.",
    why: "For most fields nobody says whether an update takes them. If an end or a limit did not take, the key is more \
          open than the manifest says.",
    source: "AFT Management API, ApiKey",
    wrong: "The apply sent a new `expires` for `erp-orders`; the list afterwards still shows the old one.",
    right: "The field is set in the portal, or the key is rotated, since a new key takes all fields.",
    ..Rule::fixed("MFT-033").by_apply()
};
