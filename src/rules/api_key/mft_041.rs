//! MFT-041. Decided in `plan/transfer_rules.rs`.

use crate::rule::Rule;

pub static MFT_041: Rule = Rule {
    says: "A key that was disabled outside Keywright is enabled again only if the run allows it.",
    why: "Someone may have disabled it because it leaked. The manifest does not show that.",
    source: "Drift, inferred",
    wrong: "The manifest sets `enabled: true`; someone disabled the live key in the portal last night, and a scheduled \
            run enables it.",
    right: "The run reports it. Someone who knows the reason changes the manifest, or allows that one key.",
    ..Rule::warning("MFT-041").by_plan()
};
