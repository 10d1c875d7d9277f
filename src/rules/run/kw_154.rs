//! KW-154. Decided in `drift/findings.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static KW_154: Rule = Rule {
    says: "The store has the objects that the manifests declare, and of those that the workspace owns no others.",
    why: "An object that someone deleted comes back with the next apply, and one that someone made goes with the next \
          `--prune`. `keywright drift` names both before that.",
    source: "Keywright's own rule",
    also: Some((Severity::Info, "an object that only the manifests added or removed")),
    wrong: "The workspace owns all packages, and someone makes a package in the console.",
    right: "The package has a manifest, or it is deleted.",
    ..Rule::warning("KW-154").by_plan()
};
