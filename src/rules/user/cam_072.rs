//! CAM-072. Decided in `plan/protected.rs` and `plan/live_rules.rs`.

use crate::rule::Rule;

pub static CAM_072: Rule = Rule {
    says: "A user of the Boomi platform is never enabled, disabled or deleted.",
    why: "Only the Boomi platform enables, disables and deletes such users; the area refuses it. No documented field of the \
          API shows who they are, so the settings list them: `platformUsers` under \
          `spec.stores.cloudApiManagement`.",
    source: "Boomi release notes, 28 January 2025; Boomi help, Enabling or Disabling User Access",
    wrong: "`keywright.yaml` has `platformUsers: [ann@example.com]`, and the manifest of that user says \
            `status: disabled`.",
    right: "The manifest has no `status`, and the user is disabled in the Boomi platform.",
    ..Rule::fixed("CAM-072").by_plan()
};
