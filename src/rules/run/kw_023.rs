//! KW-023. Decided in `cli/session/history.rs`.

use crate::rule::Rule;

pub static KW_023: Rule = Rule {
    says: "The run before came to its end.",
    why: "A run that was cut off may have written what nobody was told of. Its journal says what was in flight, and \
          the plan shows what is there now.",
    source: "Keywright's own rule",
    wrong: "An `apply` is killed in the middle; the next `plan` says what it was doing then.",
    right: "The next `apply` goes on from there and ends, and the plan after it says nothing of it.",
    ..Rule::warning("KW-023").by_plan()
};
