//! CAM-048. Decided in `plan/guards/burnt.rs`, `stores/embedded/users.rs` and `stores/cloud_api_management/explain.rs`.

use crate::rule::Rule;

pub static CAM_048: Rule = Rule {
    says: "A new username is not taken anywhere on the platform.",
    why: "All customers share one set of usernames, and the name of a deleted user stays taken forever. Only the \
          attempt to create the user shows whether a name is free; a plan knows only which users earlier runs deleted.",
    source: "Mashery V2 docs, member.create",
    wrong: "The user `alice` was deleted last year; a manifest declares `alice` again, and the store refuses \
            it as a duplicate.",
    right: "The manifest declares a name that was never used, such as `alice-payments`.",
    ..Rule::fixed("CAM-048").by_apply()
};
