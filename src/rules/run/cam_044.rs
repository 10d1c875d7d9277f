//! CAM-044. Decided in `plan/prune.rs`, `stores/embedded/applications.rs`, `stores/embedded/packages.rs` and
//! `stores/embedded/users.rs`.

use crate::rule::Rule;

pub static CAM_044: Rule = Rule {
    says: "Deletes go from the bottom up: keys, then applications, then users; keys, then plans, then packages.",
    why: "Nobody says what a delete in the store takes with it. A parent that goes first may leave its children behind \
          or take them without a word.",
    source: "Mashery Terraform provider; mashcli",
    wrong: "A run deletes the user `alice` while her key `checkout-production` still lives.",
    right: "The run deletes the key, then `checkout`, checks that `alice` has nothing left, and deletes her last.",
    ..Rule::fixed("CAM-044").by_apply()
};
