//! KW-157. Decided in `source/texts.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static KW_157: Rule = Rule {
    says: "The files that `validate` names are manifests of the workspace that contains them.",
    why: "`validate` checks a file together with all manifests of its workspace. A file that the workspace does not read is \
          valid and has no effect, because no plan of the workspace reads it.",
    source: "Keywright's own rule",
    also: Some((Severity::Info, "for a file of another program, which is not read")),
    wrong: "`keywright.yaml` has `manifests: [keys]`, and `keywright validate drafts/k.yaml` names another folder.",
    right: "`keywright validate keys/k.yaml` names a manifest, and checks the whole workspace.",
    ..Rule::warning("KW-157").first()
};
