//! CAM-044. Decided in `plan/prune.rs`, `stores/embedded/applications.rs`, `stores/embedded/packages.rs` and
//! `stores/embedded/users.rs`.

use crate::rule::Rule;

pub static CAM_044: Rule = Rule {
    says: "Deletes go from the bottom up: keys, then applications, then users; keys, then plans, then packages.",
    why: "It is not documented what else a delete removes. A parent that is deleted first may leave its children \
          behind, or remove them without a warning.",
    source: "Mashery Terraform provider; mashcli",
    wrong: "A run deletes the user `alice` while her key `checkout-production` still exists.",
    right: "The run deletes the key, then `checkout`, checks that `alice` has nothing left, and deletes her last.",
    ..Rule::fixed("CAM-044").by_apply()
};
