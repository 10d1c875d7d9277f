//! KW-153. Decided in `drift/findings.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static KW_153: Rule = Rule {
    says: "The fields of the store are as the last apply left them.",
    why: "Someone edited an object in a console or with another program. The next apply would undo that, and it may have been \
          done for a reason.",
    source: "Keywright's own rule",
    also: Some((Severity::Info, "a field that only the manifest changed")),
    wrong: "A run applied `description: Web`. In the console someone writes `Web shop`, and `keywright drift` compares.",
    right: "The edit is written to the manifest with `keywright drift --adopt`, or undone with `keywright apply`.",
    ..Rule::warning("KW-153").by_plan()
};
