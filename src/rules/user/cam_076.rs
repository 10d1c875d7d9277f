//! CAM-076. Decided in `plan/protected.rs`.

use crate::rule::Rule;

pub static CAM_076: Rule = Rule {
    says: "`platformUsers` names users that are declared or in the area.",
    why: "A wrong name protects no one: the user that is meant can then be disabled or deleted. Names are compared letter \
          by letter. The finding needs the complete list of users, which a run for few objects may not read.",
    source: "Keywright's own rule",
    wrong: "`platformUsers: [Ann@example.com]`, and the username in the area is `ann@example.com`.",
    right: "`platformUsers: [ann@example.com]`, as the area writes it.",
    ..Rule::warning("CAM-076").by_plan()
};
