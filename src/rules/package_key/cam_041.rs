//! CAM-041. Decided in `rules/package_key/cam_040.rs`, and in `plan/reviewed.rs` for a limit of 0.

use crate::rule::Rule;

pub static CAM_041: Rule = Rule {
    says: "It is reported if a user has more keys than the numKeysBeforeReview of a moderated package plan, and, \
           because 0 means that every key is reviewed, each new key of such a plan.",
    why: "The next key may start as waiting until an administrator approves it. Plan time for that before a rollout.",
    source: "Mashery V3 docs, Plans; Boomi help, API plan key properties",
    ..Rule::info("CAM-041").shown_by(cases!("cam-041"))
};
