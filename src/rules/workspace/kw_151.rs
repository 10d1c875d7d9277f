//! KW-151. Decided in `source/deleted.rs`.

use crate::rule::Rule;

pub static KW_151: Rule = Rule {
    says: "The files that `validate` names are in the checkout.",
    why: "A hook may name files that a commit deletes. The workspace is checked whole without them. A missing file that Git does \
          not know is an error, because its name may be mistyped.",
    source: "Keywright's own rule",
    wrong: "`git rm keys/old.yaml`, and a hook runs `keywright validate keys/old.yaml`.",
    right: "`keywright validate keys/new.yaml` names a file of the checkout, and checks the whole workspace.",
    ..Rule::info("KW-151").first()
};
