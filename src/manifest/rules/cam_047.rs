//! CAM-047. Decided in `manifest/plan.rs`, `manifest/user.rs` and `plan/live_rules.rs`.

use crate::rule::Rule;

pub static CAM_047: Rule = Rule {
    says: "Every role that a manifest names exists in the store.",
    why: "Roles can not be created over this API, so the write would fail. A mistyped role would leave a user or a \
          plan without the access that was meant.",
    source: "Mashery V3 docs, Roles",
    ..Rule::fixed("CAM-047").by_plan().shown_by(cases!("cam-047"))
};
