//! MFT-005. Decided in `manifest/read.rs`.

use crate::rule::Rule;

pub static MFT_005: Rule = Rule {
    says: "Fields that the store sets are not declared: id, name, and who created, updated or deleted the key and \
           when.",
    why: "The store owns these fields. The id may be the key itself, which must not be in a repository, and the effect \
          of writing a deletion mark is unknown.",
    source: "AFT Management API, ApiKey",
    ..Rule::fixed("MFT-005").shown_by(cases!("mft-005"))
};
