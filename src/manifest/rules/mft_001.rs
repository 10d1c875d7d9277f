//! MFT-001. Decided in `manifest/document.rs`, `rules/name.rs` and `stores/embedded/api_keys.rs`.

use crate::rule::Rule;

pub static MFT_001: Rule = Rule {
    says: "The name of an API key is not blank, does not begin or end with a space, and has no control characters.",
    why: "The name becomes the keyName, and Keywright has no other way to find the key again. If the store drops a \
          space, Keywright creates the key again in every run.",
    source: "Identity; limits of the server are not documented",
    ..Rule::fixed("MFT-001").shown_by(cases!("mft-001"))
};
