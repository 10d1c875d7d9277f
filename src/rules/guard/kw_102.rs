//! KW-102. Decided in `plan/guards/objects.rs`.

use crate::rule::Rule;

pub static KW_102: Rule = Rule {
    says: "An object with `protect: true` is not deleted, disabled or replaced.",
    why: "Someone marked the object because other systems depend on it. Removing it takes two steps: first the mark is \
          removed in a reviewed commit, then the object.",
    source: "Keywright's own rule",
    wrong: "`checkout-production` has `protect: true`, and the plan would replace it because its package changed.",
    right: "The package stays the same; or one commit removes `protect`, and a later one changes the package.",
    ..Rule::fixed("KW-102").by_plan()
};
