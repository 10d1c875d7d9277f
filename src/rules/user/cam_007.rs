//! CAM-007. Decided in `matching/named.rs` and `stores/embedded/users.rs`.

use crate::rule::Rule;

pub static CAM_007: Rule = Rule {
    says: "The username of a live user does not change.",
    why: "The store cannot rename users: the user and all of their keys must be deleted, and another user created. The \
          old username stays taken forever, on the whole platform.",
    source: "Mashery V3 docs, Members; Mashery V2 docs, Deleting Objects",
    wrong: "The store holds the user `alice`; the manifest is renamed to `alice-smith` and sets `previously: [alice]`.",
    right: "The manifest keeps the name `alice` and changes only the displayName.",
    ..Rule::fixed("CAM-007").by_plan()
};
