//! MFT-040. Decided in `plan/guards.rs`.

use crate::rule::Rule;

pub static MFT_040: Rule = Rule {
    says: "A run that disables or narrows more keys than the workspace allows stops for confirmation.",
    why: "Many keys that lose access at once are most often a mistake: a wrong folder, a wrong branch, a wrong user. \
          Each of them has callers.",
    source: "Blast radius, inferred",
    wrong: "A folder was moved out of the workspace, and the plan would disable 40 of 50 keys.",
    right: "The folder is listed in the workspace again; or the keys that are really meant are allowed one by one.",
    ..Rule::error("MFT-040").by_plan()
};
