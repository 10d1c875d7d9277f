//! KW-011. Decided in `source.rs`.

use crate::rule::Rule;

pub static KW_011: Rule = Rule {
    says: "There is at least one manifest.",
    why: "An empty workspace is most often a wrong folder or a failed checkout. Taken at its word it would say that \
          nothing should exist.",
    source: "Keywright's own rule",
    wrong: "`keywright plan manifets/` names a folder that holds no YAML file.",
    right: "`keywright plan manifests/` names the folder with the manifests.",
    ..Rule::error("KW-011")
};
