//! KW-127. Decided in `plan/guards/taken.rs`.

use crate::rule::Rule;

pub static KW_127: Rule = Rule {
    says: "What someone took away in the store comes back only if the run allows its address: a package key that ended early \
           or waits again, a user who waits again or lost a role, a package plan that is inactive or lost a service, a limit \
           that was lowered below half or can no longer be overridden by keys, a key that is in an inactive package plan or in one with a \
           limit of 0 where no manifest put it.",
    why: "Someone may have taken it away because of abuse or a leak. The workspace database knows what the last run applied, \
          and that the store was changed since. Without it, only an ended key, a waiting user, an inactive plan, a \
          plan with a limit of 0 and a key in such a plan are recognized.",
    source: "Keywright's own rule",
    wrong: "`gold` allows 5000 calls per day, and someone lowered that to 10 in the Control Center because of abuse; a \
            scheduled run would raise it again.",
    right: "The run leaves it at 10, applies the rest, and exits with 4; someone who knows the reason changes the manifest to \
            10, or allows that one plan.",
    ..Rule::fixed("KW-127").by_plan()
};
