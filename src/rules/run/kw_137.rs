//! KW-137. Decided in `plan/since.rs`.

use crate::rule::Rule;

pub static KW_137: Rule = Rule {
    says: "A run that leaves objects alone can know whether they had manifests: by ownership, by the workspace database, or by \
           the commit before in Git.",
    why: "If only manifests are deleted, their objects stay in the store. A database that has no earlier apply of this \
          workspace, a new one or one that other workspaces use, shows no difference between them and what a person made, and \
          a clone of one commit does not show what the commit before had.",
    source: "Keywright's own rule",
    wrong: "A pipeline clones one commit, keeps no database, and the manifests of `ann` were deleted in that commit.",
    right: "The pipeline fetches two commits, or keeps the database, or the manifest of `ann` says `removed: true`.",
    ..Rule::info("KW-137").by_plan()
};
