//! KW-104. Decided in `plan/guards/objects.rs`.

use crate::rule::Rule;

pub static KW_104: Rule = Rule {
    says: "A user is disabled, or an active user is set to waiting, only if the run allows the address of the user.",
    why: "Disabling a user removes or disables all keys of the user, also those that no manifest declares. \
          Enabling the user again may not restore them.",
    source: "Keywright's own rule; Boomi help, User Access Settings and Roles",
    wrong: "The manifest of `alice` sets `status: disabled`; she has six live keys, and the run does not allow it.",
    right: "The consumers use keys of another user, and the run uses `--allow user/alice`.",
    ..Rule::fixed("KW-104").by_plan()
};
