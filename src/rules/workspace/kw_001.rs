//! KW-001. Decided in `source/texts.rs`.

use crate::rule::Rule;

pub static KW_001: Rule = Rule {
    says: "Every file and folder of the workspace can be read to its end and is UTF-8.",
    why: "If a file is skipped, its objects seem to be no longer declared. With prune, they would be deleted.",
    source: "Keywright's own rule",
    wrong: "The runner has no permission to read `teams/payments.yaml`, or `teams/all` is a link to its own folder.",
    right: "The runner has permission to read the file, and links that form a loop are changed or removed.",
    ..Rule::fixed("KW-001")
};
