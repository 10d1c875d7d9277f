//! KW-158. Decided in `source/settings.rs`.

use crate::rule::Rule;

pub static KW_158: Rule = Rule {
    says: "With --trust, the trusted revision has the `keywright.yaml` of the workspace.",
    why: "A pull request that adds or moves a workspace writes its settings. They take effect after the merge, and until then \
          the run uses the default settings. If the new settings name a store or a database, commands that read a store exit with 4, \
          because the plan would be for another store.",
    source: "Keywright's own rule",
    wrong: "A pull request adds `teams/new/keywright.yaml`, and its pipeline runs `keywright plan --workspace 'teams/*' --trust \
            origin/main`.",
    right: "After the merge, `origin/main` has `teams/new/keywright.yaml`, and the same command uses it.",
    ..Rule::warning("KW-158").first()
};
