//! KW-103. Decided in `plan/guards/objects.rs`.

use crate::rule::Rule;

pub static KW_103: Rule = Rule {
    says: "A replace is carried out only if the run allows the address of the object.",
    why: "A field that cannot change in place requires a delete and a create. From then on, the old object is refused.",
    source: "Keywright's own rule",
    wrong: "The manifest of `checkout-production` names another package, and the run does not allow the replace.",
    right: "Someone reviews the plan and warns the consumers, and the run uses `--allow key/checkout-production`.",
    ..Rule::fixed("KW-103").by_plan()
};
