//! MFT-001. Decided in `manifest/document.rs`, `rules/name.rs` and `stores/embedded/api_keys.rs`.

use crate::rule::Rule;

pub static MFT_001: Rule = Rule {
    says: "The name of an API key is not blank, has no space at its ends, and holds no control characters.",
    why: "The name becomes the keyName, and it is the only way to find the key again. A space that the server drops \
          would make Keywright create the key anew in every run.",
    source: "Identity; limits of the server are not documented",
    ..Rule::fixed("MFT-001").shown_by(cases!("mft-001"))
};
