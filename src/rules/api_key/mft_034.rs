//! MFT-034. Decided in `plan/transfer_rules/listing.rs`, `stores/managed_file_transfer/api.rs` and
//! `stores/managed_file_transfer/read.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_034: Rule = Rule {
    says: "An answer of the store is JSON of the documented shape.",
    why: "With a wrong address, the web portal answers every path with a page and a success status. Read as \"no \
          keys\", that answer would make Keywright create every key again.",
    source: "AFT Management API, ApiKey",
    also: Some((Severity::Warning, "if the answer has the right shape but may be incomplete")),
    wrong: "The list of keys comes back with status 200 and an HTML page.",
    right: "The url or the path of the operation is fixed, and the list comes back as JSON.",
    ..Rule::fixed("MFT-034").by_plan()
};
