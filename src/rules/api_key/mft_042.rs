//! MFT-042. Nothing to decide: `stores/managed_file_transfer/read.rs` takes only what is needed out of an answer.

use crate::rule::Rule;

pub static MFT_042: Rule = Rule {
    says: "Secrets of organizations, nodes and users in the store's answers are never shown or stored.",
    why: "The store returns secretKey, thruNodeKey and userPassword in plain text. In a log, a plan or the journal, \
          many people could read them.",
    source: "AFT Management API, Organization and ThruNodes",
    wrong: "A diagnostic prints the whole list of organizations to help with a parse error.",
    right: "The diagnostic names the field that could not be parsed; the reader drops secret fields.",
    ..Rule::fixed("MFT-042").by_plan()
};
