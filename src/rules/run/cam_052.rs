//! CAM-052. Decided in `store.rs`.

use crate::rule::Rule;

pub static CAM_052: Rule = Rule {
    says: "An object that changed since the plan was made is not written.",
    why: "The store has no lock and no version check. Writing anyway would undo what somebody else did a minute ago, \
          unseen.",
    source: "Inferred from Mashery V3 docs",
    wrong: "After the plan was made somebody raised the quota of `gold` in the portal; the apply finds another \
            `updated` time.",
    right: "The change to `gold` is void as stale, the rest goes on, and the next plan starts from the new state.",
    ..Rule::fixed("CAM-052").by_apply()
};
