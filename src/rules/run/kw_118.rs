//! KW-118. Decided in `plan/rotate.rs`.

use crate::rule::Rule;

pub static KW_118: Rule = Rule {
    says: "Every key that `keywright rotate` names is in the store and gets a successor.",
    why: "A run that rotates nothing must not end well: its user would count on a new value.",
    source: "Keywright's own rule",
    wrong: "The run names `key/checkout-production`, whose manifest says `expires: 2026-06-30`, and that day is over.",
    right: "The manifest has a later date, and the run names the key again.",
    ..Rule::fixed("KW-118").by_plan()
};
