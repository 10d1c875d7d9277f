//! CAM-064. Decided in `plan/drafts.rs`.

use crate::rule::Rule;

pub static CAM_064: Rule = Rule {
    says: "Without a rotation, only one key with the prefix of a generated key is active or waiting.",
    why: "One of the two is a double: an interrupted run, a second runner or a person created it, and its value may be in \
          use. Keywright cannot know which one the callers use, so it removes neither.",
    source: "Keywright's own rule",
    wrong: "`checkout` has two active keys that begin with `chk_`, and one manifest with `generate: {prefix: chk_}`.",
    right: "One of them is disabled or deleted in the store, or declared by a manifest of its own with \
            `key: {existing: ID}`.",
    ..Rule::fixed("CAM-064").by_plan()
};
