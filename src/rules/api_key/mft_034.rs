//! MFT-034. Decided in `plan/transfer_rules/listing.rs`, `stores/managed_file_transfer/api.rs` and
//! `stores/managed_file_transfer/read.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_034: Rule = Rule {
    says: "An answer of the server is JSON of the documented shape.",
    why: "A wrong address meets the web portal, which answers every path with a page and a success. Read as \"no \
          keys\", that would create every key anew.",
    source: "AFT Management API, ApiKey",
    also: Some((Severity::Warning, "where the answer has the shape and may be cut off")),
    wrong: "The list of keys comes back with status 200 and an HTML page.",
    right: "The url or the path of the operation is put right, and the list comes back as JSON.",
    ..Rule::fixed("MFT-034").by_plan()
};
