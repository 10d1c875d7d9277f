//! KW-013. Decided in `secrets.rs`.

use crate::rule::Rule;

pub static KW_013: Rule = Rule {
    says: "Every secret that a run needs is readable, and is one line that is not empty.",
    why: "With an empty variable, the store would choose a value for the key. A line break is never part of a key.",
    source: "Keywright's own rule",
    wrong: "The key has `key: {custom: {env: APP_CHECKOUT_KEY}}`, and the variable is not set in the run.",
    right: "The runner sets `APP_CHECKOUT_KEY` to the value; a line break at its end is ignored.",
    ..Rule::fixed("KW-013").by_plan()
};
