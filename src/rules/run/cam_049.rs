//! CAM-049. Decided in `matching/keys.rs`, `matching/named.rs` and `stores/cloud_api_management/post.rs`.

use crate::rule::Rule;

pub static CAM_049: Rule = Rule {
    says: "Search results are compared exactly, and if two of them match one object, that object is not changed.",
    why: "The filter of the store matches parts of a text: `ann` also finds `joanna`. Without the exact comparison, \
          Keywright would change the wrong object.",
    source: "Mashery V3 docs, Pagination",
    wrong: "The store holds two applications `checkout` of `alice`, and the manifest declares one.",
    right: "One of the two is renamed or removed in the Control Center, and the manifest matches the other.",
    ..Rule::fixed("CAM-049").by_plan()
};
