//! KW-147. Decided in `plan/guards/moved.rs`.

use crate::rule::Rule;

pub static KW_147: Rule = Rule {
    says: "A user is not created without consent while an undeclared user has the same email address.",
    why: "It is probably the same person, who would then have two accounts, and no username can be used again. \
          In a large area, only the users are compared that a search for the declared names finds.",
    source: "Keywright's own rule",
    wrong: "The manifests declare `ann`, and `ann.lee` in the store has the same email address.",
    right: "The manifests declare `ann.lee`, or the run uses `--allow user/ann`.",
    ..Rule::fixed("KW-147").by_plan()
};
