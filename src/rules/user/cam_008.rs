//! CAM-008. Decided in `plan/live_rules.rs` and `stores/embedded/users.rs`.

use crate::rule::Rule;

pub static CAM_008: Rule = Rule {
    says: "The email of a live user does not change.",
    why: "Clients of the store found that an email can not be changed after the user was created. A plan that promises \
          the change would come back in every run.",
    source: "Mashery Terraform provider, member",
    wrong: "The store holds `alice` with the email `alice@example.com`; the manifest now says `alice@example.org`.",
    right: "The manifest says the email that the store holds; the new address is entered in the portal by the user.",
    ..Rule::error("CAM-008").by_plan()
};
