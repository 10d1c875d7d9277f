//! KW-114. Decided in `plan/untimely.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static KW_114: Rule = Rule {
    says: "A key is rotated only while the clock of this machine and that of the store agree within 5 minutes, and none of \
           its generations comes from the future.",
    why: "The age of a key is the store's date against our clock. By a wrong clock an overlap seems to be over, and the \
          keys that callers still use would be disabled and deleted.",
    source: "Keywright's own rule",
    also: Some((Severity::Warning, "if no rotation is due by either clock")),
    wrong: "A runner's clock is a year ahead: by it, every key is due. The run rotates none, applies the other changes, \
            and does not exit with 0.",
    right: "The clock of the runner is set, and the next run rotates what is due. If the answers of the store have no \
            readable `Date`, our clock counts alone.",
    ..Rule::fixed("KW-114").by_plan()
};
