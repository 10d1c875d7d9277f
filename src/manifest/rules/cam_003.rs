//! CAM-003. Decided in `manifest/user.rs` and `rules/user.rs`.

use crate::rule::Rule;

pub static CAM_003: Rule = Rule {
    says: "The email of a user is not empty, has at most 255 characters, and contains exactly one `@`.",
    why: "The store requires an email to create a user, and it can not be changed later. A wrong one can only be \
          mended by giving up the username.",
    source: "Mashery V3 docs, Members",
    ..Rule::fixed("CAM-003").shown_by(cases!("cam-003"))
};
