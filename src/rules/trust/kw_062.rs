//! KW-062. Decided in `source/settings.rs`.

use crate::rule::Rule;

pub static KW_062: Rule = Rule {
    says: "The settings can be compared with the last version that Git knows.",
    why: "Without the git program, or in a shallow clone without the target branch, a weakened setting is not noticed.",
    source: "Keywright's own rule",
    wrong: "The pipeline clones one commit of the pull request, and nothing else.",
    right: "The pipeline also runs `git fetch --unshallow origin +refs/heads/main:refs/remotes/origin/main`, or passes \
            `--trust origin/main`.",
    ..Rule::info("KW-062").first()
};
