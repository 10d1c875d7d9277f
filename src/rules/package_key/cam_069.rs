//! CAM-069. Decided in `apply/value.rs` and `plan/remembered.rs`.

use crate::rule::Rule;

pub static CAM_069: Rule = Rule {
    says: "A new key has the value that was sent.",
    why: "A trigger of the area or a proxy can replace the value. If later runs would not find the key by its new value, \
          nothing is delivered, and no other key is created while this one exists: each apply would leave one more key \
          that no one knows. A value that the store shows only masked is never delivered.",
    source: "Keywright's own rule",
    wrong: "`checkout` has `generate: {prefix: chk_}`, and the store gives the new key a value that begins with `web_`.",
    right: "The store keeps the value; or the altered key is deleted in the store, or declared with `key: {existing: ID}`.",
    ..Rule::fixed("CAM-069").by_plan()
};
