//! CAM-041. Decided in `rules/package_key/cam_040.rs`.

use crate::rule::Rule;

pub static CAM_041: Rule = Rule {
    says: "It is reported if a user has more keys than the numKeysBeforeReview of a moderated package plan.",
    why: "The next key may start as waiting until an administrator approves it. Plan time for that before a rollout.",
    source: "Mashery V3 docs, Plans",
    ..Rule::info("CAM-041").shown_by(cases!("cam-041"))
};
