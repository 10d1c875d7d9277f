//! KW-135. Decided in `plan/ownerless.rs`.

use crate::rule::Rule;

pub static KW_135: Rule = Rule {
    says: "An object whose manifest is gone is gone from the store too, belongs to the workspace, or stays on purpose.",
    why: "A manifest that is only deleted says nothing about its object, and what the workspace does not own, `--prune` does not \
          delete: a key still works, and no run rotates or revokes it. Only the workspace database knows the manifest; the next \
          apply records that it is gone, and then this is not reported again.",
    source: "Keywright's own rule",
    wrong: "The manifests of `ann` are deleted, and `ownership` has `users: declared`.",
    right: "The manifest of `ann` says `removed: true`.",
    ..Rule::info("KW-135").by_plan()
};
