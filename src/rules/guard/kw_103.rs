//! KW-103. Decided in `plan/guards.rs`.

use crate::rule::Rule;

pub static KW_103: Rule = Rule {
    says: "A replace is carried out only for an address that the run allows.",
    why: "A field that can not change in place means delete and create. Consumers of the old object are refused from \
          that moment.",
    source: "Keywright's own rule",
    wrong: "The manifest of `checkout-production` names another package, and the run was not told that this is meant.",
    right: "The plan is read, its consumers are warned, and the run says `--allow key/checkout-production`.",
    ..Rule::fixed("KW-103").by_plan()
};
