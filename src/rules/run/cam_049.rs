//! CAM-049. Decided in `matching/keys.rs`, `matching/named.rs` and `stores/cloud_api_management/make.rs`.

use crate::rule::Rule;

pub static CAM_049: Rule = Rule {
    says: "What a look-up finds is compared exactly, and two exact hits for one object stop that object.",
    why: "The filter of the store matches parts of a text: `ann` also finds `joanna`. Without the second look \
          Keywright would change the wrong object.",
    source: "Mashery V3 docs, Pagination",
    wrong: "The store holds two applications `checkout` of `alice`, and the manifest declares one.",
    right: "One of the two is renamed or removed in the portal, so that one is left for the manifest.",
    ..Rule::fixed("CAM-049").by_plan()
};
