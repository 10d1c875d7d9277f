//! CAM-045. Decided in `plan/prune.rs`, `stores/embedded/packages.rs` and `stores/embedded/plans.rs`.

use crate::rule::Rule;

pub static CAM_045: Rule = Rule {
    says: "A package or plan that still has keys is not deleted.",
    why: "The keys may belong to other teams and other repositories, and each of them serves a consumer. They would \
          stop working without anybody having asked for it.",
    source: "Mashery Terraform provider",
    wrong: "The plan `gold` is no longer declared and the run prunes; `partner-production`, which no manifest \
            declares, still uses it.",
    right: "The keys move to another plan of the package first, then `gold` goes.",
    ..Rule::fixed("CAM-045").by_plan()
};
