//! CAM-041. Decided in `rules/package_key/cam_040.rs`.

use crate::rule::Rule;

pub static CAM_041: Rule = Rule {
    says: "More keys of a user than the numKeysBeforeReview of a moderated plan are pointed out.",
    why: "The store may put the next key on waiting until an administrator agrees. Whoever rolls it out should know \
          before.",
    source: "Mashery V3 docs, Plans",
    ..Rule::info("CAM-041").shown_by(cases!("cam-041"))
};
