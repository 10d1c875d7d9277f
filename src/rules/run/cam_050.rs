//! CAM-050. Decided in `plan/prune.rs`, `plan/removal.rs`, `plan/review.rs` and `stores/cloud_api_management/read.rs`.

use crate::rule::Rule;

pub static CAM_050: Rule = Rule {
    says: "Deletes are planned only from a complete list, with as many different ids as the store counts.",
    why: "An object that is missing from a page looks like a deleted object. An incomplete list must not cause a \
          delete.",
    source: "Mashery V3 docs, Pagination",
    wrong: "The store counts 1200 keys, but its pages contain 1000 different ones, and the run prunes.",
    right: "All pages together contain 1200 different keys; only then are deletes planned.",
    ..Rule::fixed("CAM-050").by_plan()
};
