//! KW-013. Decided in `secrets.rs`.

use crate::rule::Rule;

pub static KW_013: Rule = Rule {
    says: "Every secret that a run needs can be read, and is one line that is not empty.",
    why: "An empty variable would create a key without a value, and the store would make one up. A line break is never \
          part of a key.",
    source: "Keywright's own rule",
    wrong: "The key says `key: {custom: {env: APP_CHECKOUT_KEY}}`, and the variable is not set where the run happens.",
    right: "The runner sets `APP_CHECKOUT_KEY` to the value; a line break at its end does not count.",
    ..Rule::fixed("KW-013").by_plan()
};
