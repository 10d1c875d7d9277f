//! KW-063. Decided in `source/settings.rs`.

use crate::rule::Rule;

pub static KW_063: Rule = Rule {
    says: "A pipeline (`CI` or the like is set) takes its settings from a protected branch, with --trust.",
    why: "The `keywright.yaml` of a pull request decides which host receives the credentials of the job, which \
          programs run on the runner, and what may be deleted.",
    source: "Keywright's own rule",
    wrong: "The job of a pull request runs `keywright plan`.",
    right: "The job runs `git fetch origin +refs/heads/main:refs/remotes/origin/main`, then `keywright plan --trust \
            origin/main`.",
    fixed: true,
    ..Rule::warning("KW-063").first()
};
