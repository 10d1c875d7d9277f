//! MFT-040. Decided in `plan/guards/limits.rs`.

use crate::rule::Rule;

pub static MFT_040: Rule = Rule {
    says: "A run does not disable or restrict more keys than the workspace allows (20 percent or 5 keys by default, \
           whichever is more), unless the run raises the limit or allows their addresses.",
    why: "If many keys lose access at once, it is usually a mistake: a wrong folder, a wrong branch, a wrong user. \
          Each of these keys has callers.",
    source: "Blast radius, inferred",
    wrong: "A folder was moved out of the workspace, and the plan would disable 40 of 50 keys.",
    right: "The folder is listed in the workspace again; or the intended changes are allowed one by one.",
    ..Rule::error("MFT-040").by_plan()
};
