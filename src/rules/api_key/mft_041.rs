//! MFT-041. Decided in `plan/guards/returning.rs`.

use crate::rule::Rule;

pub static MFT_041: Rule = Rule {
    says: "An API key that is disabled in the store is enabled only if the run allows its address.",
    why: "Someone may have disabled it because it leaked. The manifest does not show that.",
    source: "Drift, inferred",
    wrong: "The manifest sets `enabled: true`; someone disabled the live key in the portal last night, and a scheduled \
            run enables it.",
    right: "The run leaves it disabled, applies the rest, and exits with 4; someone who knows the reason changes the \
            manifest, or allows that one key.",
    ..Rule::fixed("MFT-041").by_plan()
};
