//! MFT-042. Nothing to decide: `stores/managed_file_transfer/read.rs` takes only what is needed out of an answer.

use crate::rule::Rule;

pub static MFT_042: Rule = Rule {
    says: "Secrets of organizations, nodes and users that the server sends along are never shown or stored.",
    why: "The server returns secretKey, thruNodeKey and userPassword in plain text. In a log, a plan or the journal \
          they would be open to many.",
    source: "AFT Management API, Organization and ThruNodes",
    wrong: "A diagnostic prints the whole answer of the organization list to help with a parse error.",
    right: "The diagnostic names the field that was not understood; such fields are dropped while the answer is read.",
    ..Rule::fixed("MFT-042").by_plan()
};
