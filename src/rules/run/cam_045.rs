//! CAM-045. Decided in `plan/prune.rs`, `stores/embedded/packages.rs` and `stores/embedded/plans.rs`.

use crate::rule::Rule;

pub static CAM_045: Rule = Rule {
    says: "A package or package plan that still has keys is not deleted.",
    why: "The keys may belong to other teams and other repositories, and each of them has a consumer. They would stop \
          working although no one asked for it.",
    source: "Mashery Terraform provider",
    wrong: "The plan `gold` is no longer declared and the run prunes; `partner-production`, which no manifest \
            declares, still uses it.",
    right: "The keys move to another plan of the package first; then `gold` is deleted.",
    ..Rule::fixed("CAM-045").by_plan()
};
