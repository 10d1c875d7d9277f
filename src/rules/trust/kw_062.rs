//! KW-062. Decided in `source/settings.rs`.

use crate::rule::Rule;

pub static KW_062: Rule = Rule {
    says: "The settings can be compared with the last version that Git knows.",
    why: "Without the git program, or with a repository that cannot be read, a weakened setting is not noticed.",
    source: "Keywright's own rule",
    wrong: "The image of the pipeline does not contain `git`.",
    right: "The image of the pipeline contains `git`.",
    ..Rule::info("KW-062")
};
