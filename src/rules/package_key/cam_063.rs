//! CAM-063. Decided in `matching/keys.rs`.

use crate::rule::Rule;

pub static CAM_063: Rule = Rule {
    says: "A key that is declared with `existing` is in the store, in the declared application and package.",
    why: "A person or another program created this key, and its callers use it. Keywright can neither create it again nor move it, and never \
          takes another key for it.",
    source: "Keywright's own rule",
    wrong: "A manifest has `key: {existing: 41cc6986-0000-0000-0000-000000000000}`, and the store has no key with this id.",
    right: "The id is in the store; or the manifest is removed; or it also has `generate: {prefix: chk_}` and the run uses \
            `--allow` with its address, so that a new key replaces it.",
    ..Rule::fixed("CAM-063").by_plan()
};
