//! KW-001. Decided in `source.rs`.

use crate::rule::Rule;

pub static KW_001: Rule = Rule {
    says: "Every file and folder of the workspace can be read, ends, and is UTF-8.",
    why: "A file that was skipped looks like objects that nobody declares any more. With prune that is a delete.",
    source: "Keywright's own rule",
    wrong: "`teams/payments.yaml` may not be read by the runner, or `teams/all` is a link to the folder that it stands \
            in.",
    right: "The runner may read the file, and links lead out of the loop or are removed.",
    ..Rule::fixed("KW-001")
};
