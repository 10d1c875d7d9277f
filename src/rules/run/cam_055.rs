//! CAM-055. Decided in `stores/cloud_api_management/path.rs`.

use crate::rule::Rule;

pub static CAM_055: Rule = Rule {
    says: "No call is made with an empty id in its path.",
    why: "A path without its id addresses the whole collection, and the store accepts a delete there. One empty text \
          could delete every user.",
    source: "Mashery V3 docs, Resource Hierarchy",
    wrong: "The store answered a create without an id, and the next call would be `DELETE /members/`.",
    right: "The empty id is refused before a path is built, and the object is looked up again by its name.",
    ..Rule::fixed("CAM-055").by_remote()
};
