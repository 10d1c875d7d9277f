//! KW-104. Decided in `plan/guards.rs`.

use crate::rule::Rule;

pub static KW_104: Rule = Rule {
    says: "A user is disabled only when the run allows that address.",
    why: "Disabling a user removes or disables all keys of the user, also those that no manifest declares. Enabling \
          the user again may not bring them back.",
    source: "Keywright's own rule; Boomi help, User Access Settings and Roles",
    wrong: "The manifest of `alice` says `status: disabled`; six live keys hang on her and the run was not told that \
            this is meant.",
    right: "The consumers have got keys of another user, and the run says `--allow user/alice`.",
    ..Rule::fixed("KW-104").by_plan()
};
