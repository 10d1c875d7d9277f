//! CAM-052. Decided in `store.rs`.

use crate::rule::Rule;

pub static CAM_052: Rule = Rule {
    says: "An object that changed since the plan was made is not written.",
    why: "The store has no lock and no version check. A write would silently undo a change that someone else just \
          made.",
    source: "Inferred from Mashery V3 docs",
    wrong: "After the plan was made, someone raised the quota of `gold` in the Control Center; the apply finds another \
            `updated` time.",
    right: "The change to `gold` is stale and is skipped, the other changes continue, and the next plan starts from \
            the new state.",
    ..Rule::fixed("CAM-052").by_apply()
};
