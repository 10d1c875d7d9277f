//! MFT-041. Decided in `plan/transfer_rules.rs`.

use crate::rule::Rule;

pub static MFT_041: Rule = Rule {
    says: "A key that was disabled outside of Keywright is enabled again only when the run is told to.",
    why: "Somebody may have switched it off because it leaked. The manifest does not know that.",
    source: "Drift, inferred",
    wrong: "The manifest says `enabled: true`; the live key was switched off in the portal last night, and a scheduled \
            run switches it on.",
    right: "The run reports it. Whoever knows the reason changes the manifest, or allows that one key.",
    ..Rule::warning("MFT-041").by_plan()
};
