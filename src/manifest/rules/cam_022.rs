//! CAM-022. Decided in `manifest/plan.rs`, `plan/live_rules.rs` and `stores/embedded/plans.rs`.

use crate::rule::Rule;

pub static CAM_022: Rule = Rule {
    says: "Every plan names a package that is declared or that lives in the store.",
    why: "A plan is created inside its package, and a package without a plan can not hold keys. A mistyped name would \
          stop the plan and every key on it.",
    source: "Boomi help, Creating package keys",
    ..Rule::fixed("CAM-022").by_plan().shown_by(cases!("cam-022"))
};
