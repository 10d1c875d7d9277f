//! KW-011. Decided in `source/texts.rs`.

use crate::rule::Rule;

pub static KW_011: Rule = Rule {
    says: "The workspace has at least one manifest.",
    why: "An empty workspace usually means a wrong folder or a failed checkout. Taken literally, no object should \
          exist.",
    source: "Keywright's own rule",
    wrong: "`keywright plan manifets/` names a folder that contains no YAML file.",
    right: "`keywright plan manifests/` names the folder with the manifests.",
    ..Rule::error("KW-011")
};
