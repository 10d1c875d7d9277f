//! KW-027. Decided in `cli/session/history.rs`.

use crate::rule::Rule;

pub static KW_027: Rule = Rule {
    says: "A change that a run could not verify is compared with the store by the next apply.",
    why: "A store can confirm a change and keep something else. If the run could not read the object afterwards, its \
          result is `unverified`, and the run exits with 9.",
    source: "Keywright's own rule",
    wrong: "The store answers 500 to every read after the writes of run 3.",
    right: "The next `apply` finds the objects as they are declared, reports this once, and `keywright runs show 3` \
            shows the changes as done.",
    ..Rule::info("KW-027").by_plan()
};
