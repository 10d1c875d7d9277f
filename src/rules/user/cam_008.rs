//! CAM-008. Decided in `plan/live_rules.rs` and `stores/embedded/users.rs`.

use crate::rule::Rule;

pub static CAM_008: Rule = Rule {
    says: "The email of a live user does not change.",
    why: "Clients of the store found that an email cannot be changed after the user was created. The change would come \
          back in every plan.",
    source: "Mashery Terraform provider, member",
    wrong: "The store holds `alice` with the email `alice@example.com`; the manifest now sets `alice@example.org`.",
    right: "The manifest keeps the email that the store holds, and the user enters the new address in the portal.",
    ..Rule::error("CAM-008").by_plan()
};
