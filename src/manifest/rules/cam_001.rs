//! CAM-001. Decided in `manifest/document.rs` and `stores/embedded/users.rs`.

use crate::rule::Rule;

pub static CAM_001: Rule = Rule {
    says: "The name of a user has 1 to 255 characters.",
    why: "The name is the username, and Keywright finds the user in the store by it. The column holds 255 characters: \
          a longer name would be refused or cut, and would never match again.",
    source: "Mashery V3 docs, Members; Mashery V2 docs, Member",
    ..Rule::fixed("CAM-001").shown_by(cases!("cam-001"))
};
