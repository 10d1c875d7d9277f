//! CAM-009. Decided in `manifest/application.rs`, `plan/live_rules.rs` and `stores/embedded/applications.rs`.

use crate::rule::Rule;

pub static CAM_009: Rule = Rule {
    says: "Every application names a user that is declared or exists in the store.",
    why: "An application is created under its user and cannot exist without one. With a mistyped username, the \
          application and all of its keys could not be created.",
    source: "Boomi help, Creating package keys",
    ..Rule::fixed("CAM-009").by_plan().shown_by(cases!("cam-009"))
};
