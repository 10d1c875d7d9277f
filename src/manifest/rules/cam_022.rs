//! CAM-022. Decided in `manifest/plan.rs`, `plan/live_rules.rs` and `stores/embedded/plans.rs`.

use crate::rule::Rule;

pub static CAM_022: Rule = Rule {
    says: "Every package plan names a package that is declared or exists in the store.",
    why: "A plan is created inside its package, and a package without a plan cannot hold keys. With a mistyped name, \
          the plan and every key in it could not be created.",
    source: "Boomi help, Creating package keys",
    ..Rule::fixed("CAM-022").by_plan().shown_by(cases!("cam-022"))
};
