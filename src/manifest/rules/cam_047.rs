//! CAM-047. Decided in `manifest/plan.rs`, `manifest/user.rs` and `plan/live_rules.rs`.

use crate::rule::Rule;

pub static CAM_047: Rule = Rule {
    says: "Every role that a manifest names exists in the store.",
    why: "Roles cannot be created over this API, so the write would fail. With a mistyped role, a user or a package \
          plan would not get the intended access.",
    source: "Mashery V3 docs, Roles",
    ..Rule::fixed("CAM-047").by_plan().shown_by(cases!("cam-047"))
};
