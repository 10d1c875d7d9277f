//! KW-106. Decided in `plan/guards/objects.rs`.

use crate::rule::Rule;

pub static KW_106: Rule = Rule {
    says: "A user is deleted only if the run allows the address of the user.",
    why: "The username stays taken on the whole platform and can never be used again, not even for the same person.",
    source: "Keywright's own rule; Mashery V2 docs, Deleting Objects",
    wrong: "`alice` is no longer declared, users are owned, and the run prunes.",
    right: "The manifest stays, with `status: disabled`; or the run uses `--allow user/alice`.",
    ..Rule::fixed("KW-106").by_plan()
};
