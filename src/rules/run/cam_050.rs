//! CAM-050. Decided in `plan/live_rules.rs`, `plan/prune.rs`, `plan/review.rs` and
//! `stores/cloud_api_management/read.rs`.

use crate::rule::Rule;

pub static CAM_050: Rule = Rule {
    says: "Deletes are planned only from a list that is complete: as many different ids as the store counts.",
    why: "An object that a page left out looks like an object that is gone. A short list must never become a reason to \
          delete.",
    source: "Mashery V3 docs, Pagination",
    wrong: "The store counts 1200 keys, but its pages held 1000 different ones, and the run was asked to prune.",
    right: "All pages together hold 1200 different keys; only then are deletes planned.",
    ..Rule::fixed("CAM-050").by_plan()
};
