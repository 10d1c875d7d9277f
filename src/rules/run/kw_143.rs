//! KW-143. Decided in `plan/since.rs`.

use crate::rule::Rule;

pub static KW_143: Rule = Rule {
    says: "The objects of manifests that are gone since the revision of `--since`, or, on a machine without memory, since the \
           commit before, are gone from the store too, or go with this plan.",
    why: "A manifest that is only deleted says nothing about its object. A key that is not declared any more still works, and \
          no run rotates or revokes it.",
    source: "Keywright's own rule",
    wrong: "The manifests of `ann` were deleted after `main`, and the user is still in the store.",
    right: "The manifest of the user says `removed: true`, or ownership and `--prune` delete the user.",
    ..Rule::warning("KW-143").by_plan()
};
