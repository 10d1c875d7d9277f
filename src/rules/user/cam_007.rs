//! CAM-007. Decided in `matching/named.rs` and `stores/embedded/users.rs`.

use crate::rule::Rule;

pub static CAM_007: Rule = Rule {
    says: "The username of a live user does not change.",
    why: "The store has no rename for users: the only way is to delete the user with all keys and to create another \
          one. The old username stays taken for ever, on the whole platform.",
    source: "Mashery V3 docs, Members; Mashery V2 docs, Deleting Objects",
    wrong: "The store holds the user `alice`; the manifest is renamed to `alice-smith` and says `previously: [alice]`.",
    right: "The manifest keeps the name `alice` and changes only the displayName.",
    ..Rule::fixed("CAM-007").by_plan()
};
