//! MFT-005. Decided in `manifest/read.rs`.

use crate::rule::Rule;

pub static MFT_005: Rule = Rule {
    says: "What the server sets is not declared: id, name, and who created, updated or deleted the key and when.",
    why: "The server owns these fields. The id may be the key itself, which must not stand in a repository, and \
          writing a deletion mark has unknown effects.",
    source: "AFT Management API, ApiKey",
    ..Rule::fixed("MFT-005").shown_by(cases!("mft-005"))
};
