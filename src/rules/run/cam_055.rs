//! CAM-055. Decided in `stores/cloud_api_management/path.rs`.

use crate::rule::Rule;

pub static CAM_055: Rule = Rule {
    says: "No call has an empty id in its path.",
    why: "A path without its id addresses the whole collection, and the store accepts a delete there. One empty text \
          could delete every user.",
    source: "Mashery V3 docs, Resource Hierarchy",
    wrong: "The store answers a create without an id, and the next call would be `DELETE /members/`.",
    right: "Keywright refuses the empty id before it builds a path, and finds the object again by its name.",
    ..Rule::fixed("CAM-055").by_remote()
};
